/**
 * POST /webhooks/stripe/{app} and /webhooks/paymob/{app}: a provider tells of something. What is authentic is kept whole and handed to
 * the worker before it is acknowledged; what was not acknowledged, the provider sends again.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import type { Owner } from '#shared/owner.ts';
import type { CallbackLog, CallbackRecord } from '../../callbacks/callback-log.ts';
import type { SendCallback } from '../../callbacks/callback-message.ts';
import type { Callback } from '../../callbacks/facts.ts';
import type { PaymentProvider } from '../../contracts.ts';
import type { ProvidersOf } from '../../providers/provider.ts';
import type { callbackRoutes } from '../../routes.ts';
import type { References } from '../../storage/references.ts';

export interface ReceiveCallbackDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly references: Pick<References, 'find'>;
  readonly log: Pick<CallbackLog, 'receive' | 'conclude'>;
  readonly send: SendCallback;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Counts one of what alarms watch. */
  readonly count: (alarm: string) => void;
}

export type CallbackInput =
  | Input<typeof callbackRoutes.receiveStripeCallback>
  | Input<typeof callbackRoutes.receivePaymobCallback>;

const retryAfterSeconds = 5;
const received = { status: 200, body: { received: true } } as const;
const unknown = () => refuse('callback-unknown', { detail: 'Nobody is called back here.' });
/** Which of the checks failed is in the log only: a forger learns nothing. */
const untrusted = () => refuse('callback-untrusted', { detail: 'The signature does not fit.' });

/** Unmatched too: a person who mended what was missing sends it again from the provider's own pages. */
const isOver = ({ outcome }: CallbackRecord): boolean => outcome !== 'received' && outcome !== 'unmatched';

/** @throws SourceUnavailable when the catalog or the app's secret cannot be read. */
const providerOf = async ({ catalog, providersOf }: ReceiveCallbackDeps, app: string, name: PaymentProvider) =>
  (await catalog.app(app)) && (await providersOf(app))[name];

const named = z.object({ type: z.string().min(1).max(100) });

/** What nobody here understands is known by its bytes. */
const namesOf = (body: string): { readonly id: string; readonly type: string } => {
  const id = `malformed-${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  try {
    return { id, type: named.parse(JSON.parse(body)).type };
  } catch {
    return { id, type: 'unknown' };
  }
};

const keepMalformed = async (
  { log, logger, count }: ReceiveCallbackDeps,
  provider: PaymentProvider,
  { path: { app }, rawBody, at }: CallbackInput,
): Promise<void> => {
  const { id, type } = namesOf(rawBody);
  const record = { app, id: `${provider}:${id}`, provider, type, receivedAt: at };
  await log.receive(record, rawBody);
  await log.conclude(app, record.id, { outcome: 'unmatched' });
  count('CallbacksUnmatched');
  logger.error('callback not understood', { app, provider, callback: record.id, type });
};

/** The worker finds out by the facts; of what has none it is kept too, or its body would outlive its user. */
const ownerOf = async (
  { references }: Pick<ReceiveCallbackDeps, 'references'>,
  app: string,
  { provider, owner, customer }: Callback,
): Promise<Owner | undefined> =>
  owner ?? (customer === undefined ? undefined : (await references.find(app, provider, customer))?.owner);

const take = async (
  deps: ReceiveCallbackDeps,
  callback: Callback,
  { path: { app }, rawBody, at, correlationId }: CallbackInput,
): Promise<void> => {
  const { log, send, logger } = deps;
  const { provider, id: ofProvider, type, facts } = callback;
  const id = `${provider}:${ofProvider}`;
  const record = await log.receive({ app, id, provider, type, receivedAt: at }, rawBody);
  if (isOver(record)) return;
  if (facts.length > 0) {
    await send({ app, id, provider, facts, receivedAt: record.receivedAt, correlationId });
    return;
  }
  logger.info('callback that concerns nobody', { app, provider, callback: id, type });
  const owner = await ownerOf(deps, app, callback);
  await log.conclude(app, id, { outcome: 'ignored', ...(owner ? { owner } : {}) });
};

export const receiveCallback = (deps: ReceiveCallbackDeps, name: PaymentProvider) => async (input: CallbackInput) => {
  const { path, query = {}, rawBody: body, headers, at } = input;
  try {
    const provider = await providerOf(deps, path.app, name);
    if (!provider) return unknown();
    const reading = provider.readCallback({ body, headers, query, receivedAtMs: Date.parse(at) });
    if ('callback' in reading) {
      await take(deps, reading.callback, input);
      return received;
    }
    switch (reading.fault) {
      case 'forged':
      case 'stale':
        deps.logger.warn('callback not trusted', { app: path.app, provider: name, fault: reading.fault });
        return untrusted();
      case 'malformed':
        await keepMalformed(deps, name, input);
        return received;
    }
  } catch (error) {
    if (error instanceof SourceUnavailable) return refuse('unavailable', { retryAfterSeconds });
    throw error;
  }
};
