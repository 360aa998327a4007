/** What an account is started with. */
import type { AccountModel } from '../contracts.ts';
import type { FunctionLog } from '../functions/function-worker.ts';
import type { Invocation } from '../functions/runtime.ts';
import type { Problem } from '../triggers/context.ts';
import type { OnPublished } from '../triggers/event-bus.ts';
import type { HandledRequest } from '../triggers/http-api/gateway.ts';
import type { WebSocketSettings } from './web-socket-servers.ts';

export interface AccountOptions {
  /** What the CDK wrote; absent: the app is synthesized with `context`. */
  readonly cdkOut?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  /** The folder that functions' entries are relative to. */
  readonly root?: string;
  readonly region?: string;
  readonly accountId?: string;
  /** The gateway's port; 0, the default, takes a free one. */
  readonly port?: number;
  /** By the HTTP API's logical id or name. */
  readonly httpPorts?: Readonly<Record<string, number>>;
  /** By the WebSocket API's logical id or name. */
  readonly webSocketPorts?: Readonly<Record<string, number>>;
  readonly webSockets?: WebSocketSettings;
  /** Keeps tables, queues, objects and stream positions there; absent: in memory. */
  readonly dataDir?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly maxWorkersPerFunction?: number;
  /** Failed messages come again at once; default true. */
  readonly fastRedelivery?: boolean;
  /** Schedules and the TTL sweep go by the clock; changed source files restart functions. */
  readonly live?: boolean;
  /** Permissions taken from roles before the start, by function (see `functionName`) and action. */
  readonly removePermissions?: readonly { readonly function: string; readonly action: string }[];
  /** Changes the model before anything starts. */
  readonly editModel?: (model: AccountModel) => void;
  readonly onRequest?: (request: HandledRequest) => void;
  readonly onPublished?: OnPublished;
  readonly onInvocation?: (invocation: Invocation) => void;
  readonly onLog?: (log: FunctionLog) => void;
  readonly onProblem?: (problem: Problem) => void;
}
