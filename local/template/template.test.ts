import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AccountModel } from '../contracts.ts';
import { createModel, functions, loadModel, parseStack, rolePolicies } from './index.ts';

const options = { region: 'eu-central-1', accountId: '123456789012', gatewayUrl: 'http://127.0.0.1:4566' };

/** The model of one stack named `App`, unless several are given. */
function modelOf(template: object, others: Record<string, object> = {}): AccountModel {
  const stacks = Object.entries({ App: template, ...others }).map(([name, body]) => parseStack(name, body));
  return createModel(stacks, options);
}

const probe = (value: unknown) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Name: 'probe', Value: value },
});

/** What a property becomes in a stack with these extra sections. */
function resolved(value: unknown, sections: { Resources?: object } & Record<string, object> = {}): unknown {
  const model = modelOf({ ...sections, Resources: { ...sections.Resources, Probe: probe(value) } });
  return model.resources.find(({ logicalId }) => logicalId === 'Probe')?.properties.Value;
}

const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: { TableName: 'events', KeySchema: [], StreamSpecification: { StreamViewType: 'NEW_IMAGE' } },
};

describe('intrinsic functions', () => {
  const Resources = { Table: table, Queue: { Type: 'AWS::SQS::Queue' }, Uploads: { Type: 'AWS::S3::Bucket' } };
  test.each([
    [{ Ref: 'AWS::Region' }, 'eu-central-1'],
    [{ Ref: 'Table' }, 'events'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-central-1:123456789012:table/events'],
    [{ 'Fn::GetAtt': 'Table.StreamArn' }, expect.stringMatching(/:table\/events\/stream\/.+/)],
    [{ Ref: 'Queue' }, expect.stringMatching(/^http:\/\/127\.0\.0\.1:4566\/123456789012\/App-Queue-[a-z0-9]{12}$/)],
    [{ Ref: 'Uploads' }, expect.stringMatching(/^app-uploads-[a-z0-9]{12}$/)],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Table' }]] }, 'a-events'],
    [
      { 'Fn::Sub': `\${Table.Arn}/index/* \${!kept} \${AWS::Partition}` },
      `arn:aws:dynamodb:eu-central-1:123456789012:table/events/index/* \${kept} aws`,
    ],
    [{ 'Fn::Sub': [`\${name}!`, { name: { Ref: 'AWS::StackName' } }] }, 'App!'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    [{ 'Fn::If': ['IsProd', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['IsProd', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    [[{ Ref: 'AWS::NoValue' }, 'kept'], ['kept']],
    [{ 'Fn::FindInMap': ['Sizes', 'small', 'mb'] }, 128],
    [{ Ref: 'BootstrapVersion' }, '/cdk-bootstrap/hnb659fds/version'],
  ])('%j gives %j', (value, expected) => {
    const Conditions = {
      Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsProd: { 'Fn::And': [{ Condition: 'Prod' }, { 'Fn::Not': [{ Condition: 'Prod' }] }] },
    };
    const Parameters = {
      Stage: { Type: 'String', Default: 'dev' },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
    };
    expect(resolved(value, { Resources, Conditions, Parameters, Mappings: { Sizes: { small: { mb: 128 } } } })).toEqual(
      expected,
    );
  });

  test('a value exported by one stack is imported by another', () => {
    const model = modelOf(
      { Resources: { Probe: probe({ 'Fn::ImportValue': 'Other:Table' }) } },
      {
        Other: {
          Resources: { Table: table },
          Outputs: {
            Out: {
              Value: { 'Fn::GetAtt': ['Table', 'Arn'] },
              Export: { Name: { 'Fn::Sub': `\${AWS::StackName}:Table` } },
            },
          },
        },
      },
    );
    expect(model.ofType('AWS::SSM::Parameter')[0]?.properties.Value).toBe(
      'arn:aws:dynamodb:eu-central-1:123456789012:table/events',
    );
  });

  test('a resource whose condition is false is left out', () => {
    const model = modelOf({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { Table: { ...table, Condition: 'Never' } },
    });
    expect(model.resources).toEqual([]);
  });
});

describe('what is not known stops the start, by name', () => {
  test.each([
    [
      'a type',
      { Odd: { Type: 'AWS::EC2::Instance' } },
      'App/Odd: the local account does not know the type AWS::EC2::Instance',
    ],
    [
      'a property',
      { Fn: { Type: 'AWS::Lambda::Function', Properties: { VpcConfig: {} } } },
      'App/Fn (AWS::Lambda::Function): the local account does not know the property VpcConfig',
    ],
    ['an intrinsic', { P: probe({ 'Fn::Transform': {} }) }, 'does not know Fn::Transform'],
    [
      'a reference',
      { P: probe({ Ref: 'Gone' }) },
      'App/P (AWS::SSM::Parameter) Value: App has no resource or parameter Gone',
    ],
    ['an attribute', { P: probe({ 'Fn::GetAtt': ['T', 'Nope'] }), T: table }, 'T has no attribute Nope'],
    ['an export', { P: probe({ 'Fn::ImportValue': 'x' }) }, 'no stack exports x'],
    ['a cycle', { A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'A' } } } }, 'App/A refers to itself'],
  ])('%s', (_what, Resources, message) => {
    expect(() => modelOf({ Resources })).toThrow(message);
  });
});

const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {},
    ManagedPolicyArns: [
      { 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole` },
    ],
    Policies: [
      {
        PolicyName: 'inline',
        PolicyDocument: { Statement: { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: '*' } },
      },
    ],
  },
};
const policy = {
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'p',
    Roles: [{ Ref: 'Role' }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: ['sqs:SendMessage'],
          Resource: 'arn:queue',
          Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
        },
      ],
    },
  },
};
const lambda = (metadata: object) => ({
  Type: 'AWS::Lambda::Function',
  Metadata: metadata,
  Properties: {
    Code: {},
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Timeout: 5,
    Environment: { Variables: { TABLE: { Ref: 'Table' } } },
  },
});

describe('functions', () => {
  test('a function is described with its source, role and environment', () => {
    const model = modelOf({
      Resources: { Role: role, Table: table, Fn: lambda({ 'tessera:entry': 'services/a/handlers/api.ts' }) },
    });
    expect(functions(model)).toEqual([
      expect.objectContaining({
        logicalId: 'Fn',
        entry: 'services/a/handlers/api.ts',
        exportName: 'handler',
        timeoutMs: 5000,
        memoryMb: 128,
        environment: { TABLE: 'events' },
        roleArn: expect.stringMatching(/^arn:aws:iam::123456789012:role\/App-Role-/),
      }),
    ]);
  });

  test('a function without its source file is refused', () => {
    expect(() => functions(modelOf({ Resources: { Role: role, Table: table, Fn: lambda({}) } }))).toThrow(
      'App/Fn: the function has no "tessera:entry" metadata',
    );
  });

  test('the function behind a custom resource of the CDK is none of ours', () => {
    const custom = {
      Type: 'Custom::S3BucketNotifications',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Fn', 'Arn'] } },
    };
    expect(functions(modelOf({ Resources: { Role: role, Table: table, Fn: lambda({}), Custom: custom } }))).toEqual([]);
  });

  test('a role holds its inline, attached and known managed policies', () => {
    const model = modelOf({ Resources: { Role: role, Policy: policy } });
    expect(rolePolicies(model, model.ofType('AWS::IAM::Role')[0]?.arn ?? '')).toEqual([
      { effect: 'Deny', actions: ['dynamodb:DeleteItem'], resources: ['*'] },
      expect.objectContaining({ effect: 'Allow', actions: expect.arrayContaining(['logs:PutLogEvents']) }),
      {
        effect: 'Allow',
        actions: ['sqs:SendMessage'],
        resources: ['arn:queue'],
        conditions: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
      },
    ]);
  });
});

test('the stacks of a synthesized folder are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-out-'));
  try {
    const artifacts = {
      AppStack: {
        type: 'aws:cloudformation:stack',
        properties: { templateFile: 'App.template.json', stackName: 'App' },
      },
      Tree: { type: 'cdk:tree' },
    };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
    await writeFile(join(folder, 'App.template.json'), JSON.stringify({ Resources: { Table: table } }));
    const model = await loadModel(folder, options);
    expect(model.byArn('arn:aws:dynamodb:eu-central-1:123456789012:table/events')).toMatchObject({
      stack: 'App',
      ref: 'events',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
