/** DynamoDB and its streams: calls go on to the backend, with their cost counted and ARNs translated. */
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { AccountModel, GatewayHooks } from '../../contracts.ts';
import { streamOperations } from '../../iam/dynamodb-permissions.ts';
import { listOf, recordOf, textOf } from '../../iam/request.ts';
import type { Answer } from '../answer.ts';
import { AwsError } from '../answer.ts';
import type { Call, Service } from '../call.ts';
import { consumedUnits, hasCapacity, isWrite, refusedWriteUnits, type Units } from './capacity.ts';
import { type DynamoProcess, startDynamo } from './process.ts';
import { sameShape, type TableModel, tablesOf } from './tables.ts';

interface Backend {
  send(target: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** The backend checks that a request is signed, not by whom. */
const backendHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=gateway/20260101/local/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
};

function connect(server: DynamoProcess): Backend {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    send: (target, body) =>
      new Promise((resolve, reject) => {
        const payload = Buffer.from(JSON.stringify(body));
        const headers = { ...backendHeaders, 'x-amz-target': target, 'content-length': payload.length };
        const outgoing = request(server.url, { method: 'POST', agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode ?? 500, body: text ? recordOf(JSON.parse(text)) : {} });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(payload);
      }),
    close: async () => {
      agent.destroy();
      await server.close();
    },
  };
}

const target = (operation: string) =>
  `${streamOperations.has(operation) ? 'DynamoDBStreams' : 'DynamoDB'}_20120810.${operation}`;

async function createTable(backend: Backend, table: TableModel): Promise<string | undefined> {
  const created = await backend.send(target('CreateTable'), table.createRequest);
  const exists = textOf(created.body.__type).endsWith('ResourceInUseException');
  if (created.status !== 200 && !exists)
    throw new Error(`the table ${table.name} cannot be made: ${textOf(created.body.message)}`);
  const described = await backend.send(target('DescribeTable'), { TableName: table.name });
  const description = recordOf(described.body.Table);
  if (exists && !sameShape(table.createRequest, description)) {
    throw new Error(
      `the table ${table.name} kept from an earlier run has other keys, indexes or stream than the template: remove the data folder`,
    );
  }
  if (table.ttlAttribute && !exists) {
    const TimeToLiveSpecification = { AttributeName: table.ttlAttribute, Enabled: true };
    await backend.send(target('UpdateTimeToLive'), { TableName: table.name, TimeToLiveSpecification });
  }
  return textOf(description.LatestStreamArn) || undefined;
}

/** Both ways between the ARNs of the model and those of the backend, which has a region and account of its own. */
function arnTranslation(model: AccountModel, streams: readonly (readonly [TableModel, string | undefined])[]) {
  const pairs = streams.flatMap(([{ streamArn }, own]) => (streamArn && own ? [[streamArn, own] as const] : []));
  const toBackend = new Map(pairs);
  const toModel = new Map(pairs.map(([a, b]) => [b, a]));
  const translate = (text: string) =>
    toModel.get(text) ??
    text.replace(
      /^arn:aws:dynamodb:[^:]*:\d{12}:table\//,
      `arn:aws:dynamodb:${model.region}:${model.accountId}:table/`,
    );
  const revive = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    if (key === 'awsRegion') return model.region;
    return key.endsWith('Arn') ? translate(value) : value;
  };
  return {
    request: (body: Call['body']) => {
      const arn = textOf(body.StreamArn);
      return arn ? { ...body, StreamArn: toBackend.get(arn) ?? arn } : body;
    },
    /** Stored items may hold an attribute of any name: only descriptions and stream records are translated. */
    description: (body: Record<string, unknown>) =>
      recordOf(JSON.parse(JSON.stringify(body), (key, value) => revive(key, value))),
  };
}

function describeRecords(body: Record<string, unknown>, region: string): Record<string, unknown> {
  const records = listOf(body.Records).map((record) => ({ ...recordOf(record), awsRegion: region }));
  return body.Records ? { ...body, Records: records } : body;
}

/** An open shard has no last number; the backend gives it one, which would end a reader. */
function openShards(body: Record<string, unknown>): Record<string, unknown> {
  const description = recordOf(body.StreamDescription);
  const shards = listOf(description.Shards).map((shard) => {
    const { EndingSequenceNumber: _dropped, ...range } = recordOf(recordOf(shard).SequenceNumberRange);
    return { ...recordOf(shard), SequenceNumberRange: range };
  });
  return { ...body, StreamDescription: { ...description, Shards: shards } };
}

/** Tables that a write touched. */
function writtenTables({ operation, body }: Call): string[] {
  if (operation === 'BatchWriteItem') return Object.keys(recordOf(body.RequestItems));
  if (operation !== 'TransactWriteItems') return [textOf(body.TableName)];
  const parts = listOf(body.TransactItems).flatMap((item) => Object.entries(recordOf(item)));
  return [
    ...new Set(parts.filter(([kind]) => kind !== 'ConditionCheck').map(([, part]) => textOf(recordOf(part).TableName))),
  ];
}

const singleWrites = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

export async function createDynamoService(
  model: AccountModel,
  hooks: GatewayHooks,
  dataDir?: string,
): Promise<Service> {
  const server = await startDynamo(dataDir ? join(dataDir, 'dynamodb.sqlite') : undefined);
  const backend = connect(server);
  try {
    const tables = tablesOf(model);
    const streams: [TableModel, string | undefined][] = [];
    for (const table of tables) streams.push([table, await createTable(backend, table)]);
    const arns = arnTranslation(model, streams);
    const withStream = new Set(tables.filter(({ streamArn }) => streamArn).map(({ name }) => name));
    return {
      close: backend.close,
      handle: (call) =>
        handle(backend, arns, model.region, call, (name) => {
          const table = name.replace(/^arn:.*:table\//, '');
          if (withStream.has(table)) hooks.tableWritten(table);
        }),
    };
  } catch (error) {
    await backend.close();
    throw error;
  }
}

async function handle(
  backend: Backend,
  arns: ReturnType<typeof arnTranslation>,
  region: string,
  call: Call,
  written: (table: string) => void,
): Promise<Answer> {
  const { operation, body } = call;
  if (/^(ExecuteStatement|BatchExecuteStatement|ExecuteTransaction)$/.test(operation)) {
    throw new AwsError('UnknownOperationException', `the local account has no PartiQL (${operation})`);
  }
  const counted = hasCapacity(operation);
  const single = singleWrites.has(operation);
  const asked = body.ReturnConsumedCapacity ?? 'NONE';
  const askedOld = body.ReturnValuesOnConditionCheckFailure;
  const sent = {
    ...arns.request(body),
    ...(counted && asked === 'NONE' ? { ReturnConsumedCapacity: 'TOTAL' } : {}),
    ...(single && body.ConditionExpression ? { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } : {}),
  };
  const result = await backend.send(target(operation), sent);
  let units: Units = counted ? consumedUnits(operation, result.body.ConsumedCapacity) : {};
  const answered = counted ? { ...result.body } : translate(operation, result.body, arns, region);
  if (asked === 'NONE') delete answered.ConsumedCapacity;
  if (single && textOf(result.body.__type).endsWith('ConditionalCheckFailedException')) {
    units = { writeUnits: refusedWriteUnits(result.body.Item) };
    if (askedOld !== 'ALL_OLD') delete answered.Item;
  }
  if (result.status === 200 && isWrite(operation)) for (const table of writtenTables(call)) written(table);
  return {
    status: result.status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(answered)),
    ...units,
  };
}

function translate(
  operation: string,
  body: Record<string, unknown>,
  arns: ReturnType<typeof arnTranslation>,
  region: string,
) {
  if (operation === 'GetRecords') return describeRecords(body, region);
  if (operation === 'GetShardIterator') return body;
  const described = arns.description(body);
  return operation === 'DescribeStream' ? openShards(described) : described;
}
