/** The local AWS account: template, gateway, functions and triggers put together, with what tests need to watch and wait. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { SQSClient } from '@aws-sdk/client-sqs';
import { managementUrl } from './account/aws-addresses.ts';
import type { CallLog, Recorded } from './account/calls.ts';
import { createCheckpoints } from './account/checkpoints.ts';
import { findFunction } from './account/find-function.ts';
import { createHooks, type Invoke } from './account/hooks.ts';
import { goLive } from './account/live.ts';
import type { AccountOptions } from './account/options.ts';
import { findQueueName, inspectQueue, type QueueInspection } from './account/queues.ts';
import { readTemplate } from './account/read-template.ts';
import { createRecords } from './account/records.ts';
import { createActivity } from './activity.ts';
import type { AccountModel, Credentials, Faults, FunctionModel, Gateway } from './contracts.ts';
import { createDrain, type Drain } from './drain.ts';
import { createFirehose } from './firehose/firehose.ts';
import { createObjectWriter } from './firehose/object-writer.ts';
import { createParquetWriter } from './firehose/parquet.ts';
import { readStreams } from './firehose/read-streams.ts';
import { fromBundles, fromSources } from './functions/function-code.ts';
import type { FunctionLog } from './functions/function-worker.ts';
import { createFunctionRuntime, type Invocation } from './functions/runtime.ts';
import { createFaults, listen, startGateway } from './gateway/index.ts';
import { repositoryRoot } from './synthesize.ts';
import { functions as readFunctions } from './template/index.ts';
import type { Problem, TriggerContext } from './triggers/context.ts';
import { createDeliver } from './triggers/delivery.ts';
import type { HandledRequest } from './triggers/http-api/gateway.ts';
import { createQueueSender } from './triggers/queue-sender.ts';
import { startTriggers, type Triggers } from './triggers/triggers.ts';
import { createExpirations, expireItems, readExpiringTables } from './triggers/ttl.ts';

export type { AccountOptions } from './account/options.ts';

export interface LocalAccount {
  readonly model: AccountModel;
  readonly functions: readonly FunctionModel[];
  readonly gateway: Gateway;
  readonly faults: Faults;
  /** Every AWS call the gateway saw; the account's own have the caller `operator`. */
  readonly calls: CallLog;
  /** What functions wrote to stdout and stderr. */
  readonly logs: Recorded<FunctionLog>;
  readonly requests: Recorded<HandledRequest>;
  readonly invocations: Recorded<Invocation>;
  /** Lost events, failed polls: what only AWS's metrics would show. */
  readonly problems: Recorded<Problem>;
  /** For AWS clients with full rights. */
  readonly operatorConfig: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials };
  readonly drain: Drain;
  /** Has delivery streams deliver what they hold: after `drain()`, all that was published lies in the lake. */
  flushLake(): Promise<void>;
  httpUrl(api?: string): string;
  /** What a client connects to, with the stage: by logical id or name; without one, the only WebSocket API. */
  webSocketUrl(api?: string): string;
  /** The `endpoint` of a client of `@connections`, such as functions get it. */
  connectionsUrl(api?: string): string;
  /** The generated name of a function, by `service/handler`, its source file, or its logical id or the unique beginning of that. */
  functionName(nameOrId: string): string;
  invoke(functionName: string, event: unknown): Promise<{ payload: unknown; functionError?: 'Unhandled' }>;
  queue(nameOrId: string): QueueInspection;
  /** By name, or by the beginning of its logical id, with or without its stack: `TesseraCredits.Relayed`. */
  fireSchedule(name: string): Promise<void>;
  /** Deletes what is past its time to live, as of now or of this moment in milliseconds; answers how many items. */
  expireItems(now?: number): Promise<number>;
  close(): Promise<void>;
}

type Closers = (() => Promise<void> | void)[];

async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Template, gateway and functions: all that acts only when asked. */
async function startCore(options: AccountOptions, closers: Closers) {
  const { dataDir, secrets, parameters, maxWorkersPerFunction } = options;
  if (dataDir) await mkdir(dataDir, { recursive: true });
  const listener = await listen(options.port ?? 0);
  closers.push(() => listener.close());
  const { model, http, webSockets } = await readTemplate(options, listener);
  closers.push(() => http.close());
  closers.push(() => webSockets.close());
  const functions = readFunctions(model);
  const { root = repositoryRoot } = options;
  // Only this repository's functions are bundled: an account of another folder is a test's, with its own few.
  const bundled = !options.live && root === repositoryRoot;
  const code = bundled ? await fromBundles(root, functions) : fromSources(root);
  const activity = createActivity();
  const records = createRecords(options);
  const faults = createFaults();
  const late: { gateway?: Gateway; triggers?: Triggers } = {};
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the local account is still starting');
    return part;
  };
  const runtime = createFunctionRuntime({
    functions,
    code,
    region: model.region,
    endpointUrl: () => listener.url,
    credentialsFor: (name) => started(late.gateway).credentialsFor(name),
    ...(maxWorkersPerFunction ? { maxWorkersPerFunction } : {}),
    onLog: records.onLog,
    onInvocation: records.onInvocation,
  });
  const invoke: Invoke = async (functionName, event) => {
    const end = activity.begin(`function ${functionName}`);
    return runtime.invoke(functionName, event).finally(end);
  };
  const hooks = createHooks(invoke, () => started(late.triggers), runtime.kill, records.onCall, webSockets.connection);
  const storage = {
    ...(dataDir ? { dataDir } : {}),
    ...(secrets ? { secrets } : {}),
    ...(parameters ? { parameters } : {}),
  };
  const log = (line: string) => records.report('gateway', line);
  const gateway = await startGateway({ model, hooks, faults, listener, log, ...storage });
  closers.push(() => gateway.close());
  late.gateway = gateway;
  return { model, http, webSockets, functions, activity, records, faults, runtime, invoke, gateway, late };
}

type Core = Awaited<ReturnType<typeof startCore>>;

/** Mappings, rules and schedules: all that acts by itself. */
async function startFeeds(
  { model, activity, records, faults, runtime, invoke, gateway, late }: Core,
  options: AccountOptions,
  closers: Closers,
) {
  const operatorConfig = { endpoint: gateway.url, region: model.region, credentials: gateway.operator };
  // These poll and read all day: in process, each of their calls costs a third.
  const own = { ...operatorConfig, ...gateway.inProcess };
  const dynamodb = new DynamoDBClient(own);
  const streams = new DynamoDBStreamsClient(own);
  const sqs = new SQSClient(own);
  closers.push(() => {
    for (const client of [dynamodb, streams, sqs]) client.destroy();
  });
  const queues = createQueueSender(sqs);
  const expirations = createExpirations();
  const deliver = createDeliver({ invoke, faults, activity });
  const { report } = records;
  const objects = createObjectWriter(operatorConfig);
  const firehose = createFirehose({
    streams: readStreams(model),
    live: options.live ?? false,
    region: model.region,
    parquet: createParquetWriter(),
    putObject: objects.put,
    deliver,
    report,
  });
  const shared = { dynamodb, streams, sqs, queues, firehose, expirations };
  const context: TriggerContext = { model, activity, deliver, report, ...shared };
  const checkpoints = createCheckpoints(options.dataDir ? join(options.dataDir, 'checkpoints.json') : undefined);
  closers.push(() => checkpoints.flush());
  const triggers = await startTriggers(context, {
    fastRedelivery: options.fastRedelivery ?? true,
    checkpoints,
    ...(options.onPublished ? { onPublished: options.onPublished } : {}),
  });
  late.triggers = triggers;
  closers.push(async () => {
    await firehose.close();
    objects.close();
    // Workers end at the same time, else a mapping would wait for its function's time-out.
    await Promise.all([triggers.close(), runtime.close()]);
  });
  return { triggers, operatorConfig, dynamodb, sqs, queues, expirations, firehose };
}

/** Rejects, with everything ended again, when the template, a port or a part is not as needed. */
export async function startAccount(options: AccountOptions = {}): Promise<LocalAccount> {
  const closers: Closers = [];
  try {
    const core = await startCore(options, closers);
    const feeds = await startFeeds(core, options, closers);
    return toAccount(core, feeds, options, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

function toAccount(
  core: Core,
  feeds: Awaited<ReturnType<typeof startFeeds>>,
  options: AccountOptions,
  closers: Closers,
): LocalAccount {
  const { model, http, webSockets, functions, activity, records, faults, runtime, invoke, gateway } = core;
  const { triggers, operatorConfig, dynamodb, sqs, queues, expirations, firehose } = feeds;
  const expiringTables = readExpiringTables(model);
  const sweep = (now?: number) => expireItems(dynamodb, expiringTables, expirations, now);
  http.serve(model, { invoke, onRequest: records.onRequest });
  webSockets.serve(model, { invoke, onRequest: records.onRequest, activity, settings: options.webSockets });
  if (options.live) closers.push(goLive(options.root ?? repositoryRoot, triggers, runtime.retireAll, sweep));
  return {
    model,
    functions,
    gateway,
    faults,
    ...records.kept,
    operatorConfig,
    drain: createDrain({
      activity,
      queues: triggers.mappedQueues,
      depthOf: gateway.queueDepth,
      settled: webSockets.settled,
    }),
    httpUrl: http.url,
    webSocketUrl(name) {
      const { api, url } = webSockets.find(name);
      return `${url}/${api.stage}`;
    },
    connectionsUrl(name) {
      const { api } = webSockets.find(name);
      return `${managementUrl(gateway.url, api.id)}/${api.stage}`;
    },
    flushLake: firehose.flush,
    functionName: (nameOrId) => findFunction(functions, nameOrId).name,
    async invoke(nameOrId, event) {
      const { payload, functionError } = await invoke(findFunction(functions, nameOrId).name, event);
      return { payload: JSON.parse(payload.toString()) as unknown, ...(functionError ? { functionError } : {}) };
    },
    queue: (nameOrId) => inspectQueue({ model, gateway, sqs, queues }, findQueueName(model, nameOrId)),
    fireSchedule: triggers.schedules.fire,
    expireItems: sweep,
    close: () => closeAll(closers),
  };
}
