import { describe, expect, test } from '@jest/globals';
import type { PolicyStatement } from '../contracts.ts';
import { checkStatements, isAllowed, requiredPermissions } from './index.ts';
import { s3Operation } from './s3-permissions.ts';

const allow = (
  actions: string | string[],
  resources: string | string[],
  rest: Partial<PolicyStatement> = {},
): PolicyStatement => ({
  effect: 'Allow',
  actions: [actions].flat(),
  resources: [resources].flat(),
  ...rest,
});
const table = 'arn:aws:dynamodb:eu-central-1:123456789012:table/events';
const put = { action: 'dynamodb:PutItem', resource: table };
const keys = (...values: string[]) => ({ ...put, context: { 'dynamodb:LeadingKeys': values } });
const own = (operator: string, value: string | string[]) => [
  allow('dynamodb:*', table, { conditions: { [operator]: { 'dynamodb:LeadingKeys': value } } }),
];

describe('isAllowed', () => {
  test.each<[string, PolicyStatement[], Parameters<typeof isAllowed>[1], boolean]>([
    ['nothing allows', [], put, false],
    ['the same action and resource', [allow('dynamodb:PutItem', table)], put, true],
    ['actions ignore case', [allow('DynamoDB:putitem', table)], put, true],
    ['resources do not', [allow('dynamodb:PutItem', table.toUpperCase())], put, false],
    ['* in an action', [allow('dynamodb:Put*', table)], put, true],
    ['? in an action', [allow('dynamodb:?utItem', table)], put, true],
    ['another action', [allow('dynamodb:GetItem', table)], put, false],
    ['* in a resource', [allow('dynamodb:PutItem', 'arn:aws:dynamodb:*:*:table/ev*')], put, true],
    [
      'a table does not cover its index',
      [allow('dynamodb:Query', table)],
      { action: 'dynamodb:Query', resource: `${table}/index/a` },
      false,
    ],
    [
      'a dot is a dot',
      [allow('s3:GetObject', 'arn:aws:s3:::a.b/*')],
      { action: 's3:GetObject', resource: 'arn:aws:s3:::axb/k' },
      false,
    ],
    ['a deny wins', [allow('*', '*'), { ...allow('dynamodb:PutItem', '*'), effect: 'Deny' }], put, false],
    ['NotAction covers the rest', [allow([], '*', { notActions: ['dynamodb:DeleteItem'] })], put, true],
    ['NotAction leaves out', [allow([], '*', { notActions: ['dynamodb:Put*'] })], put, false],
    ['NotResource leaves out', [allow('*', [], { notResources: [table] })], put, false],
    ['a leading key that is listed', own('ForAllValues:StringEquals', ['a', 'b']), keys('a', 'b'), true],
    ['a leading key that is not', own('ForAllValues:StringEquals', ['a']), keys('a', 'b'), false],
    ['a leading key by pattern', own('ForAllValues:StringLike', 'account#*'), keys('account#1'), true],
    ['any of several values', own('ForAnyValue:StringEquals', 'a'), keys('a', 'b'), true],
    ['StringEquals without the key', own('StringEquals', 'a'), put, false],
    ['StringEqualsIfExists without the key', own('StringEqualsIfExists', 'a'), put, true],
    [
      'Bool',
      [
        { ...allow('*', '*', { conditions: { Bool: { 'aws:SecureTransport': 'false' } } }), effect: 'Deny' },
        allow('*', '*'),
      ],
      { ...put, context: { 'aws:SecureTransport': 'true' } },
      true,
    ],
    [
      'ArnLike',
      [allow('*', '*', { conditions: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*' } } })],
      { ...put, context: { 'aws:sourcearn': 'arn:aws:events:x' } },
      true,
    ],
  ])('%s', (_name, statements, permission, expected) => {
    expect(isAllowed(statements, permission)).toBe(expected);
  });

  test('an operator that is not known is never passed over', () => {
    const statements = own('NumericLessThan', '3');
    expect(() => isAllowed(statements, keys('1'))).toThrow('the condition operator NumericLessThan');
    expect(() => checkStatements(statements)).toThrow('the condition operator NumericLessThan');
    expect(() => checkStatements([allow('s3:*', `arn:aws:s3:::b/\${aws:userid}/*`)])).toThrow('the policy variable');
  });
});

const names = {
  region: 'eu-central-1',
  accountId: '123456789012',
  partitionKey: () => 'stream',
  streamArn: (name: string) => `${table.replace('events', name)}/stream/1`,
  secretArn: (id: string) =>
    id === 'stripe' ? 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:stripe-abcdef' : undefined,
  webSocketApiId: 'ws1',
};

/** `action resource` of what a request needs. */
function needed(
  service: string,
  operation: string,
  body: Record<string, unknown>,
  rest: { path?: string; method?: string; headers?: Record<string, string>; keys?: string[] } = {},
): string[] {
  const { path = '/', method = 'POST', headers = {}, keys: bodyKeys } = rest;
  const url = new URL(path, 'http://gateway');
  const request = {
    service,
    operation,
    body,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    method,
    headers,
  };
  return requiredPermissions(request, names, bodyKeys).map(({ action, resource }) => `${action} ${resource}`);
}

describe('requiredPermissions', () => {
  test.each<[string, string[], string[]]>([
    [
      'a query on an index',
      needed('dynamodb', 'Query', { TableName: 'events', IndexName: 'by-user' }),
      [`dynamodb:Query ${table}/index/by-user`],
    ],
    ['a table by ARN', needed('dynamodb', 'GetItem', { TableName: table }), [`dynamodb:GetItem ${table}`]],
    [
      'each part of a transaction',
      needed('dynamodb', 'TransactWriteItems', {
        TransactItems: [
          { Put: { TableName: 'events' } },
          { ConditionCheck: { TableName: 'other' } },
          { Update: { TableName: 'events' } },
          { Delete: { TableName: 'events' } },
        ],
      }),
      [
        `dynamodb:PutItem ${table}`,
        `dynamodb:ConditionCheckItem ${table.replace('events', 'other')}`,
        `dynamodb:UpdateItem ${table}`,
        `dynamodb:DeleteItem ${table}`,
      ],
    ],
    [
      'a batch',
      needed('dynamodb', 'BatchWriteItem', { RequestItems: { events: [], other: [] } }),
      [`dynamodb:BatchWriteItem ${table}`, `dynamodb:BatchWriteItem ${table.replace('events', 'other')}`],
    ],
    [
      'a stream',
      needed('dynamodb', 'DescribeStream', { StreamArn: `${table}/stream/1` }),
      [`dynamodb:DescribeStream ${table}/stream/1`],
    ],
    [
      'a message batch',
      needed('sqs', 'SendMessageBatch', { QueueUrl: 'http://127.0.0.1:1/123456789012/jobs' }),
      ['sqs:SendMessage arn:aws:sqs:eu-central-1:123456789012:jobs'],
    ],
    [
      'events on a bus',
      needed('events', 'PutEvents', { Entries: [{ EventBusName: 'tessera' }, {}] }),
      [
        'events:PutEvents arn:aws:events:eu-central-1:123456789012:event-bus/tessera',
        'events:PutEvents arn:aws:events:eu-central-1:123456789012:event-bus/default',
      ],
    ],
    [
      'a function by ARN',
      needed(
        'lambda',
        'Invoke',
        {},
        {
          path: '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Ahold/invocations',
        },
      ),
      ['lambda:InvokeFunction arn:aws:lambda:eu-central-1:123456789012:function:hold'],
    ],
    [
      'a function by name and qualifier',
      needed('lambda', 'Invoke', {}, { path: '/2015-03-31/functions/hold/invocations?Qualifier=live' }),
      ['lambda:InvokeFunction arn:aws:lambda:eu-central-1:123456789012:function:hold:live'],
    ],
    [
      'a secret by name',
      needed('secretsmanager', 'GetSecretValue', { SecretId: 'stripe' }),
      ['secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-central-1:123456789012:secret:stripe-abcdef'],
    ],
    [
      'parameters',
      needed('ssm', 'GetParameters', { Names: ['/a/b', 'c'] }),
      [
        'ssm:GetParameters arn:aws:ssm:eu-central-1:123456789012:parameter/a/b',
        'ssm:GetParameters arn:aws:ssm:eu-central-1:123456789012:parameter/c',
      ],
    ],
    [
      'a copy',
      needed('s3', 'CopyObject', {}, { path: '/to/k', method: 'PUT', headers: { 'x-amz-copy-source': '/from/a%20b' } }),
      ['s3:PutObject arn:aws:s3:::to/k', 's3:GetObject arn:aws:s3:::from/a b'],
    ],
    [
      'many deletes',
      needed('s3', 'DeleteObjects', {}, { path: '/b/?delete', keys: ['x', 'y'] }),
      ['s3:DeleteObject arn:aws:s3:::b/x', 's3:DeleteObject arn:aws:s3:::b/y'],
    ],
    [
      'a connection',
      needed('execute-api', 'PostToConnection', {}, { path: '/prod/@connections/abc' }),
      ['execute-api:ManageConnections arn:aws:execute-api:eu-central-1:123456789012:ws1/prod/POST/@connections/abc'],
    ],
    [
      'a connection of a named API',
      needed('execute-api', 'PostToConnection', {}, { path: '/ws2/prod/@connections/abc' }),
      ['execute-api:ManageConnections arn:aws:execute-api:eu-central-1:123456789012:ws2/prod/POST/@connections/abc'],
    ],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  test('a query tells its leading key', () => {
    const body = {
      TableName: 'events',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'stream' },
      ExpressionAttributeValues: { ':s': { S: 'account#1' } },
    };
    const request = {
      service: 'dynamodb',
      operation: 'Query',
      body,
      path: '/',
      query: new URLSearchParams(),
      method: 'POST',
      headers: {},
    };
    expect(requiredPermissions(request, names)[0]?.context).toEqual({ 'dynamodb:LeadingKeys': ['account#1'] });
  });
});

test.each([
  ['GET', '/b/k', 'GetObject'],
  ['HEAD', '/b/k', 'HeadObject'],
  ['PUT', '/b/k', 'PutObject'],
  ['PUT', '/b/k?tagging', 'PutObjectTagging'],
  ['PUT', '/b/k?uploadId=1&partNumber=1', 'UploadPart'],
  ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
  ['POST', '/b/k?uploadId=1', 'CompleteMultipartUpload'],
  ['DELETE', '/b/k?uploadId=1', 'AbortMultipartUpload'],
  ['GET', '/b/?list-type=2', 'ListObjectsV2'],
  ['POST', '/b', 'PostObject'],
  ['POST', '/b?delete', 'DeleteObjects'],
  ['GET', '/', 'ListBuckets'],
  ['PUT', '/b/k?acl', undefined],
  ['GET', '/b/k?versionId=1', undefined],
])('%s %s is %s', (method, path, operation) => {
  const url = new URL(path, 'http://gateway');
  expect(s3Operation({ method, path: url.pathname, query: url.searchParams, headers: {} })).toBe(operation);
});
