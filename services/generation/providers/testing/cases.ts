/** What every provider over HTTP may do to us when a job starts, and what that means for the job. */
import { inspect } from 'node:util';
import type { ProviderErrorKind, ProviderRequest } from '../provider.ts';
import type { Scripted } from './provider-server.ts';

export const aRequest = (model: string, over: Partial<ProviderRequest> = {}): ProviderRequest => ({
  jobId: 'gen_1',
  app: 'nano-banana',
  attempt: 1,
  tool: { id: 'prompt-image', type: 'GENERATION', output: 'image' },
  model,
  params: { prompt: 'a red kite' },
  worded: { prompt: 'a red kite' },
  instruction: 'Draw a red kite.',
  inputs: [],
  callbackUrl: 'https://api.tessera.example/webhooks/provider?task=1',
  signal: AbortSignal.timeout(10_000),
  ...over,
});

export const aPicture = (name: string) => ({
  contentType: 'image/png',
  bytes: Buffer.from(name),
  url: `https://files.example/${name}.png`,
});

export interface HttpCase {
  /** As in `429 with Retry-After → next-model, 7 s`. */
  readonly name: string;
  readonly script: Scripted;
  readonly kind: ProviderErrorKind;
  readonly retryAfterSeconds?: number;
}

const json = { 'content-type': 'application/json' };

/** To be put before an adapter's own cases; each is asked exactly once. */
export const httpCases: readonly HttpCase[] = [
  { name: '404 → next-model', script: { status: 404, body: { detail: 'not found' } }, kind: 'next-model' },
  { name: '401 → fatal', script: { status: 401, body: { detail: 'unauthenticated' } }, kind: 'fatal' },
  { name: '402 → fatal', script: { status: 402, body: { detail: 'no money' } }, kind: 'fatal' },
  { name: '403 → fatal', script: { status: 403, body: 'no' }, kind: 'fatal' },
  {
    name: '429 with Retry-After → next-model, 7 s',
    script: { status: 429, headers: { 'retry-after': '7' }, body: { detail: 'throttled' } },
    kind: 'next-model',
    retryAfterSeconds: 7,
  },
  { name: '500 → next-model', script: { status: 500, body: { detail: 'oops' } }, kind: 'next-model' },
  { name: '503 with HTML → next-model', script: { status: 503, body: '<h1>busy</h1>' }, kind: 'next-model' },
  { name: '422 → invalid', script: { status: 422, body: { detail: 'no such field' } }, kind: 'invalid' },
  { name: 'a redirect → transient', script: { status: 302, headers: { location: '/x' } }, kind: 'transient' },
  { name: 'a connection that drops → transient', script: { manner: 'drop' }, kind: 'transient' },
  { name: 'no answer in time → transient', script: { manner: 'never' }, kind: 'transient' },
  { name: 'a body without what is needed → next-model', script: { body: { hello: 1 } }, kind: 'next-model' },
  { name: 'truncated JSON → next-model', script: { headers: json, body: '{"id":"1","st' }, kind: 'next-model' },
  { name: 'an empty body → next-model', script: { headers: json }, kind: 'next-model' },
  {
    name: 'a huge body → next-model',
    script: { headers: json, body: Buffer.alloc(26 * 1024 * 1024, ' ') },
    kind: 'next-model',
  },
];

/** Whether an error tells the key anywhere, as a log would show it. */
export const tells = (error: unknown, key: string): boolean =>
  inspect(error, { depth: 20, showHidden: true }).includes(key);
