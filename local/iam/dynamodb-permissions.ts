/** Which permissions a DynamoDB call needs. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
import type { RequestContext } from './conditions.ts';
import type { Permission } from './evaluate.ts';
import { arnOf, listOf, type ResourceNames, recordOf, type ServiceRequest, textOf } from './request.ts';

type Body = Readonly<Record<string, unknown>>;

/** A table may be given by name or by ARN. */
const nameOf = (table: unknown): string => textOf(table).replace(/^arn:.*:table\//, '');

const tableArn = (names: ResourceNames, table: unknown): string => arnOf(names, 'dynamodb', `table/${nameOf(table)}`);

/** The text of an attribute value such as `{ S: 'a' }`. */
const valueText = (value: unknown): string | undefined => {
  const [text] = Object.values(recordOf(value));
  return typeof text === 'string' ? text : undefined;
};

function leadingKeys(names: ResourceNames, table: unknown, items: readonly unknown[]): RequestContext {
  const key = names.partitionKey(nameOf(table));
  const values = key === undefined ? [] : items.map((item) => valueText(recordOf(item)[key]));
  return { 'dynamodb:LeadingKeys': values.filter((value) => value !== undefined) };
}

/** A Query has one partition key value, in its key condition. */
function queriedKey(names: ResourceNames, body: Body): RequestContext {
  const key = names.partitionKey(nameOf(body.TableName));
  const aliases = recordOf(body.ExpressionAttributeNames);
  const values = recordOf(body.ExpressionAttributeValues);
  for (const [, name = '', value = ''] of textOf(body.KeyConditionExpression).matchAll(/([#\w]+)\s*=\s*(:\w+)/g)) {
    const text = valueText(values[value]);
    if ((aliases[name] ?? name) === key && text !== undefined) return { 'dynamodb:LeadingKeys': [text] };
  }
  return {};
}

const transactActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

function transactPermissions(names: ResourceNames, operation: string, body: Body): Permission[] {
  return listOf(body.TransactItems).flatMap((entry) =>
    Object.entries(transactActions).flatMap(([kind, action]) => {
      const part = recordOf(entry)[kind];
      if (part === undefined) return [];
      const { TableName, Item, Key } = recordOf(part);
      const context = { ...leadingKeys(names, TableName, [Item ?? Key]), 'dynamodb:EnclosingOperation': operation };
      return [{ action: `dynamodb:${action}`, resource: tableArn(names, TableName), context }];
    }),
  );
}

function batchPermissions(names: ResourceNames, operation: string, body: Body): Permission[] {
  return Object.entries(recordOf(body.RequestItems)).map(([table, request]) => {
    const keys =
      operation === 'BatchGetItem'
        ? listOf(recordOf(request).Keys)
        : listOf(request).map(
            (entry) => recordOf(recordOf(entry).PutRequest).Item ?? recordOf(recordOf(entry).DeleteRequest).Key,
          );
    return {
      action: `dynamodb:${operation}`,
      resource: tableArn(names, table),
      context: leadingKeys(names, table, keys),
    };
  });
}

/** The table in a shard iterator of the local backend. */
export function iteratorTable(iterator: unknown): string {
  try {
    return textOf(recordOf(JSON.parse(Buffer.from(textOf(iterator), 'base64').toString())).table_name);
  } catch {
    return '';
  }
}

function streamResource(names: ResourceNames, operation: string, body: Body): string {
  if (operation === 'ListStreams') return body.TableName ? `${tableArn(names, body.TableName)}/stream/*` : '*';
  if (operation === 'GetRecords') return names.streamArn(iteratorTable(body.ShardIterator)) ?? '*';
  return textOf(body.StreamArn);
}

export const streamOperations = new Set(['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']);

export function dynamodbPermissions({ operation, body }: ServiceRequest, names: ResourceNames): Permission[] {
  const action = `dynamodb:${operation}`;
  if (streamOperations.has(operation)) return [{ action, resource: streamResource(names, operation, body) }];
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return transactPermissions(names, operation, body);
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return batchPermissions(names, operation, body);
    case 'Query':
    case 'Scan': {
      const table = tableArn(names, body.TableName);
      const resource = body.IndexName ? `${table}/index/${textOf(body.IndexName)}` : table;
      return [{ action, resource, context: operation === 'Query' && !body.IndexName ? queriedKey(names, body) : {} }];
    }
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [
        {
          action,
          resource: tableArn(names, body.TableName),
          context: leadingKeys(names, body.TableName, [body.Item ?? body.Key]),
        },
      ];
    default:
      return [{ action, resource: body.TableName ? tableArn(names, body.TableName) : '*' }];
  }
}
