/**
 * What API Gateway allows a WebSocket connection, and the clock it goes by.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */

export interface ConnectionLimits {
  /** A frame that the client sends. */
  readonly frameBytes: number;
  /** A message, in one frame or in several. */
  readonly messageBytes: number;
  /** Without a message in either direction; control frames do not count. */
  readonly idleMs: number;
  readonly durationMs: number;
}

export const messageLimitBytes = 128 * 1024;

export const apiGatewayLimits: ConnectionLimits = {
  frameBytes: 32 * 1024,
  messageBytes: messageLimitBytes,
  idleMs: 10 * 60_000,
  durationMs: 2 * 60 * 60_000,
};

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Answers what calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
