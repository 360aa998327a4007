/** Sets credits aside for a job: the call that generation waits for. Asked again with the same id, it answers the same. */
import type * as z from 'zod';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type HoldAnswer, holdRejection, holdRequest } from '../contracts.ts';
import { accountStream, preview } from '../domain/account.ts';
import type { AccountRejection, HoldCredits } from '../domain/commands.ts';
import { retryAfterS } from '../domain/holds.ts';
import { planOf } from '../domain/plans.ts';
import { policyOf } from '../domain/policy.ts';
import { available, epochSeconds } from '../domain/state.ts';
import { type HandleAccount, handleOpening } from '../handle-account.ts';

export interface HoldDependencies {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly logger: Logger;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
}

/** What the caller can act on; anything else is an error that it must not take for an answer. */
const answerable = (rejection: AccountRejection): z.infer<typeof holdRejection> => {
  const known = holdRejection.safeParse(rejection);
  if (known.success) return known.data;
  throw new Error(`credits were not held: ${rejection}`);
};

const hasPrice = ({ plans }: AppDefinition, plan: string): boolean =>
  plans.some(({ id, price }) => id === plan && price !== null);

/** @throws ZodError for what is no hold request; ContentionError when the account stays contended. */
export const holdCredits =
  ({ handle, catalog, logger, now = () => new Date().toISOString() }: HoldDependencies) =>
  async (payload: unknown): Promise<HoldAnswer> => {
    const { app, user, holdId, credits, tool, needsPro = false, expiresAt, correlationId } = holdRequest.parse(payload);
    const definition = await catalog.app(app);
    if (!definition) return { status: 'refused', rejection: 'app-unknown', available: 0 };
    const at = now();
    const stream = accountStream({ app, user });
    const meta = { actor: user, correlationId };
    const policy = policyOf(definition, at);
    const command: HoldCredits = {
      type: 'HoldCredits',
      at,
      holdId,
      tool,
      credits,
      expiresAt: epochSeconds(expiresAt),
      needsPro,
      policy,
    };
    const handled = await handleOpening(handle, stream, definition, { command, meta });
    const left = available(preview(handled.state, policy, at));
    const repeated = handled.accepted && handled.events.length === 0;
    logger.info('hold', { correlationId, app, user, holdId, credits, accepted: handled.accepted, repeated });
    if (handled.accepted)
      return { status: 'held', available: left, paying: hasPrice(definition, planOf(handled.state, policy)) };
    const retryAfterSeconds = retryAfterS(handled.state, handled.rejection, command);
    return {
      status: 'refused',
      rejection: answerable(handled.rejection),
      available: left,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  };
