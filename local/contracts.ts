/**
 * The seams inside the local AWS account: what the template loader, the gateway and the function runtime promise
 * each other. `account.ts` puts them together; nothing outside `local/` imports from here.
 */
import type { Server } from 'node:http';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** One CloudFormation resource with every intrinsic resolved to its local value. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  /** For example `AWS::DynamoDB::Table`. */
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  /** What `Ref` gives: a name, an id or an ARN, as the real type does. */
  readonly ref: string;
  readonly arn: string;
}

/** Every resource of every synthesized stack. */
export interface AccountModel {
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly Resource[];
  ofType(type: string): readonly Resource[];
  byArn(arn: string): Resource | undefined;
}

/** One statement of an IAM policy, wildcards kept. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Set in place of `actions` or `resources`, which are then empty. */
  readonly notActions?: readonly string[];
  readonly notResources?: readonly string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/** A function as the template describes it. */
export interface FunctionModel {
  readonly name: string;
  readonly arn: string;
  readonly stack: string;
  readonly logicalId: string;
  /** Source file from the resource's `tessera:entry` metadata, relative to the repository. */
  readonly entry: string;
  /** Export name, from the last part of the template's `Handler`. */
  readonly exportName: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  readonly roleArn: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One AWS call seen by the gateway. Sizes in bytes, capacity in DynamoDB request units. */
export interface AwsCall {
  readonly at: number;
  /** Function name, or `operator` for calls made with the account's own credentials. */
  readonly caller: string;
  /** For example `dynamodb`. */
  readonly service: string;
  /** For example `PutItem`. */
  readonly operation: string;
  readonly resources: readonly string[];
  /** 0 when a fault broke the connection instead of an answer. */
  readonly status: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly readUnits?: number;
  readonly writeUnits?: number;
  readonly durationMs: number;
}

/** Which calls a fault strikes; absent fields match all. */
export interface FaultTarget {
  readonly caller?: string;
  readonly service?: string;
  readonly operation?: string;
  /** An ARN. */
  readonly resource?: string;
  /** Calls on this resource are let pass, and do not count as passed. */
  readonly exceptResource?: string;
}

/**
 * `before`: the call is not made and the connection breaks. `after`: the call is made and its answer is lost.
 * `kill`: the calling function's worker is killed before the call. `kill-after`: the same, once the call was made.
 * `throttle`: the service answers its throttling error.
 */
export type CallFault = 'before' | 'after' | 'kill' | 'kill-after' | 'throttle';

/** `duplicate`: delivered twice. `delay`: delivered after others. `reorder`: the batch is shuffled. `drop-answer`: the delivery is made, its success is not seen. */
export type DeliveryFault = 'duplicate' | 'delay' | 'reorder' | 'drop-answer';

export interface Faults {
  /** Strikes the next `times` matching calls (default 1), after letting `skip` of them pass (default 0). Returns a handle that tells how often it struck. */
  onCall(
    target: FaultTarget,
    fault: CallFault,
    options?: { times?: number; skip?: number },
  ): { readonly struck: number };
  /** Strikes deliveries (stream, queue, bus, S3 event) to the named function with this probability, from `seed`; without a function, to all. */
  onDelivery(
    fault: DeliveryFault,
    options: { function?: string; probability: number; seed: number },
  ): { readonly struck: number };
  clear(): void;
}

/** An open connection of a WebSocket API, as `@connections` sees it. Times in milliseconds. */
export interface WebSocketConnection {
  readonly connectedAt: number;
  readonly lastActiveAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** UTF-8 text. */
  send(text: Buffer): void;
  close(): void;
}

/** What the runtime tells the gateway to do with calls that reach other functions or the bus. */
export interface GatewayHooks {
  invoke(functionName: string, payload: Buffer, mode: 'RequestResponse' | 'Event'): Promise<InvokeResult>;
  putEvents(entries: readonly BusEntry[]): Promise<readonly { eventId: string }[]>;
  /** A write to a table with a stream was answered. */
  tableWritten(tableName: string): void;
  /** A message became available or may have: send, visibility change, redrive. */
  queueTouched(queueName: string): void;
  /** A caller other than the operator set the visibility time-out of a message it holds; told before the call is answered. */
  visibilityChanged?(queueName: string, receiptHandle: string, seconds: number): void;
  objectCreated(object: {
    bucket: string;
    key: string;
    size: number;
    etag: string;
    reason: 'PutObject' | 'PostObject' | 'CopyObject' | 'CompleteMultipartUpload';
  }): void;
  killFunction(functionName: string): void;
  /** The connection, if it is open, of this API and stage. */
  webSocketConnection?(apiId: string, stage: string, connectionId: string): WebSocketConnection | undefined;
  called(call: AwsCall): void;
}

/** What a fault's target is compared with. */
export interface StruckCall {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly resources: readonly string[];
}

/** Faults with the triggers' side: made by `createFaults()`; `startGateway` takes it or makes its own. */
export interface FaultPlan extends Faults {
  /** The fault that strikes this call, if one does. */
  call(call: StruckCall): CallFault | undefined;
  /** Draws from the seeds: the faults that strike the delivery the triggers are about to make to this function. */
  delivery(functionName: string): ReadonlySet<DeliveryFault>;
  /** A shuffle drawn from the same seeds, for `reorder`. */
  shuffle<T>(functionName: string, items: readonly T[]): T[];
}

/** What `loadModel(cdkOutDir, options)` takes. */
export interface ModelOptions {
  readonly region: string;
  readonly accountId: string;
  /** `GatewayListener.url`: a queue's `Ref` is its URL there. */
  readonly gatewayUrl: string;
  /** What `ApiEndpoint` of an HTTP or WebSocket API gives; absent: the address AWS would give. */
  readonly apiEndpoint?: (api: { logicalId: string; protocol: 'HTTP' | 'WEBSOCKET' }) => string;
}

/**
 * The gateway's port, bound before the gateway starts because the template's queue URLs hold it; until then it answers 503.
 * `const listener = await listen(port); const model = await loadModel(dir, { …, gatewayUrl: listener.url }); startGateway({ model, listener, … })`
 */
export interface GatewayListener {
  readonly url: string;
  readonly server: Server;
  /** The gateway's own `close()` does this too. */
  close(): Promise<void>;
}

/** What `startGateway` takes. */
export interface GatewayOptions {
  readonly model: AccountModel;
  readonly hooks: GatewayHooks;
  readonly faults?: FaultPlan;
  /** From `listen()`; absent: one is made on `port`. */
  readonly listener?: GatewayListener;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Keeps tables, queues and objects there; absent: in memory. */
  readonly dataDir?: string;
  /** Values by secret name or ARN, and by SSM parameter name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Told what went wrong inside the gateway itself. */
  readonly log?: (line: string) => void;
}

export interface BusEntry {
  /** Name or ARN; absent for the default bus. */
  readonly bus?: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
  readonly time?: string;
  readonly resources?: readonly string[];
}

export interface InvokeResult {
  readonly payload: Buffer;
  /** Set when the function threw, timed out or was killed. */
  readonly functionError?: 'Unhandled';
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Goes into the configuration of a client of DynamoDB, its streams, SQS or `@connections`. */
export type OperatorTransport = Required<Pick<DynamoDBClientConfig, 'requestHandler' | 'signer'>>;

export interface Gateway {
  readonly url: string;
  readonly faults: FaultPlan;
  /** Full rights, for the account's own machinery and for tests. */
  readonly operator: Credentials;
  credentialsFor(functionName: string): Credentials;
  /** For the account's own clients: the operator's calls without a socket and a signature, which cost most of a call. */
  readonly inProcess: OperatorTransport;
  queueDepth(name: string): QueueDepth;
  close(): Promise<void>;
}

/** Runs functions in worker threads. */
export interface FunctionRuntime {
  invoke(functionName: string, event: unknown): Promise<InvokeResult>;
  kill(functionName: string): void;
  /** How many invocations run now. */
  readonly running: number;
  close(): Promise<void>;
}
