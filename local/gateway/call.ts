/** One AWS request on its way through the gateway, and what handles it. */
import type { ServiceRequest } from '../iam/index.ts';
import type { Answer } from './answer.ts';
import type { Principal } from './principals.ts';

export interface Call extends ServiceRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly payload: Buffer;
  readonly caller: Principal;
  /** Whether the caller has gone. */
  readonly aborted: () => boolean;
}

export type Handler = (call: Call) => Promise<Answer>;

/** One service of the account. */
export interface Service {
  readonly handle: Handler;
  close?(): Promise<void>;
}
