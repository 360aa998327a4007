/**
 * POST /webhooks/stripe/{app} and /webhooks/paymob/{app}: a provider tells of something. What is authentic and tells something here is
 * kept whole and handed to the worker before it is acknowledged; what was not acknowledged, the provider sends again.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import type { Owner } from '#shared/owner.ts';
import type { CallbackLog, CallbackRecord } from '../../callbacks/callback-log.ts';
import { type CallbackMessage, callbackMessage, type SendCallback } from '../../callbacks/callback-message.ts';
import type { Callback, ReadCallback } from '../../callbacks/facts.ts';
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

const whoseOf = ({ owner, customer }: Pick<Callback, 'owner' | 'customer'>) => ({
  ...(owner ? { owner } : {}),
  ...(customer === undefined ? {} : { customer }),
});

const faultOf = ({ fault, why }: Extract<ReadCallback, { fault: unknown }>) => ({
  fault,
  ...(why === undefined ? {} : { why }),
});

const named = z.object({ type: z.string().min(1).max(100) });

/** What nobody here understands is known by what is signed of it: by its bytes, as a rule. */
const namesOf = (body: string, signed?: string): { readonly id: string; readonly type: string } => {
  const id = `malformed-${signed ?? createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  try {
    return { id, type: named.parse(JSON.parse(body)).type };
  } catch {
    return { id, type: 'unknown' };
  }
};

type Named = Pick<Callback, 'provider' | 'id' | 'type' | 'owner' | 'customer'>;

/** Known before anything is made of it: a body that waits for the worker, or that nobody understands, goes with its user too. */
const ownerOf = async (
  { references }: Pick<ReceiveCallbackDeps, 'references'>,
  app: string,
  { provider, owner, customer }: Named,
): Promise<Owner | undefined> => {
  if (owner) return owner.app === app ? owner : undefined;
  return customer === undefined ? undefined : (await references.find(app, provider, customer))?.owner;
};

const receive = async (
  deps: ReceiveCallbackDeps,
  named: Named,
  { path: { app }, rawBody, at }: CallbackInput,
): Promise<CallbackRecord> => {
  const { provider, id, type } = named;
  const owner = await ownerOf(deps, app, named);
  const record = { app, id: `${provider}:${id}`, provider, type, receivedAt: at, ...(owner ? { owner } : {}) };
  return deps.log.receive(record, rawBody);
};

const keepMalformed = async (deps: ReceiveCallbackDeps, named: Named, input: CallbackInput): Promise<void> => {
  const { log, logger, count } = deps;
  const { app, id, provider, type, outcome } = await receive(deps, named, input);
  // It rings once.
  if (outcome !== 'received') return;
  await log.conclude(app, id, { outcome: 'unmatched' });
  count('CallbacksUnmatched');
  logger.error('callback not understood', { app, provider, callback: id, type });
};

/** Another app's, or of a type that nobody listens to: what it says of people is none of ours, so nothing of it is kept. */
const ignore = async (
  { log, logger }: ReceiveCallbackDeps,
  { provider, id: ofProvider, type }: Callback,
  { path: { app }, at }: CallbackInput,
): Promise<void> => {
  const id = `${provider}:${ofProvider}`;
  const { outcome } = await log.receive({ app, id, provider, type, receivedAt: at }, undefined);
  if (outcome !== 'received') return;
  logger.info('callback that concerns nobody', { app, provider, callback: id, type });
  await log.conclude(app, id, { outcome: 'ignored' });
};

const take = async (deps: ReceiveCallbackDeps, callback: Callback, input: CallbackInput): Promise<void> => {
  const { provider, facts } = callback;
  if (facts.length === 0) return ignore(deps, callback, input);
  const { app } = input.path;
  const { correlationId, at: receivedAt } = input;
  const message: CallbackMessage = {
    app,
    id: `${provider}:${callback.id}`,
    provider,
    facts,
    receivedAt,
    correlationId,
  };
  // An amount or an id beyond our bounds: the worker would refuse the message each time.
  if (!callbackMessage.safeParse(message).success) return keepMalformed(deps, callback, input);
  const record = await receive(deps, callback, input);
  if (!isOver(record)) await deps.send({ ...message, receivedAt: record.receivedAt });
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
        deps.logger.warn('callback not trusted', { app: path.app, provider: name, ...faultOf(reading) });
        return untrusted();
      case 'malformed':
        await keepMalformed(deps, { provider: name, ...namesOf(body, reading.id), ...whoseOf(reading) }, input);
        return received;
    }
  } catch (error) {
    if (error instanceof SourceUnavailable) return refuse('unavailable', { retryAfterSeconds });
    throw error;
  }
};
