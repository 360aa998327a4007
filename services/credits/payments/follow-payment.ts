/**
 * What billing says of money moves credits: a purchase grants, a refund or dispute takes back, a dispute that was won gives back, and
 * what is paid for decides the plan. Told twice or late it is done once, by the ids that billing gives (I5).
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import {
  disputeOpened,
  disputeWon,
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  planEntitled,
  subscriptionRenewed,
} from '#services/billing/contracts.ts';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { RevocationReason, TopUpOutcome } from '../contracts.ts';
import { accountStream } from '../domain/account.ts';
import type { AccountCommand, AccountRejection } from '../domain/commands.ts';
import { policyOf } from '../domain/policy.ts';
import { type HandleAccount, handleOpening } from '../handle-account.ts';
import { paymentsOfClosedAccounts } from './metrics.ts';

export const paymentEvent = z.discriminatedUnion('type', [
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  disputeOpened,
  disputeWon,
  subscriptionRenewed,
  planEntitled,
]);
export type PaymentEvent = z.infer<typeof paymentEvent>;
type EventOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;

export interface FollowPaymentDependencies {
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Counts one of what alarms watch. */
  readonly count: (alarm: string) => void;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

const endTopUp = (topUpId: string | undefined, outcome: TopUpOutcome, at: string): readonly AccountCommand[] =>
  topUpId === undefined ? [] : [{ type: 'EndTopUp', at, topUpId, outcome }];

/** A plan's credits come with its period. Of a top-up the credits come first: else another one could be asked for in between. */
const captured = ({ data }: EventOf<'PaymentCaptured'>, at: string): readonly AccountCommand[] => {
  const { purpose, paymentId, credits, topUpId } = data;
  if (purpose === 'plan') return [];
  const granting: readonly AccountCommand[] =
    credits === 0 ? [] : [{ type: 'GrantCredits', at, grantId: paymentId, kind: 'pack', credits }];
  return [...granting, ...endTopUp(topUpId, 'paid', at)];
};

const renewed = ({ data, version }: EventOf<'SubscriptionRenewed'>, at: string): readonly AccountCommand[] => {
  const { paymentId, plan, credits, maxRollover } = data;
  if (credits === 0) return [];
  const kept = maxRollover ?? Number.POSITIVE_INFINITY;
  return [{ type: 'GrantPlanCredits', at, periodId: paymentId, plan, credits, maxRollover: kept, order: version }];
};

/**
 * Of refunds and disputes together billing takes no more than it gave, and each event carries the difference. So nothing here bounds
 * it once more by what was granted: a refund that overtakes the end of a dispute would lose what that end gives back.
 */
const takenBack = (
  { data }: EventOf<'PaymentRefunded' | 'DisputeOpened'>,
  reason: RevocationReason,
  at: string,
): readonly AccountCommand[] => {
  const { revocationId, grantId, credits } = data;
  return credits === 0 ? [] : [{ type: 'RevokeGrant', at, revocationId, grantId, credits, reason }];
};

const givenBack = ({ data }: EventOf<'DisputeWon'>, at: string): readonly AccountCommand[] => {
  const { revocationId, grantId, credits, purpose } = data;
  return credits === 0 ? [] : [{ type: 'ReinstateGrant', at, revocationId, grantId, credits, kind: purpose }];
};

const commandsFor = (event: PaymentEvent, definition: AppDefinition, at: string): readonly AccountCommand[] => {
  switch (event.type) {
    case 'PaymentCaptured':
      return captured(event, at);
    case 'PaymentFailed':
      return endTopUp(event.data.topUpId, 'declined', at);
    case 'PaymentRefunded':
      return takenBack(event, 'refund', at);
    case 'DisputeOpened':
      return takenBack(event, 'dispute', at);
    case 'DisputeWon':
      return givenBack(event, at);
    case 'SubscriptionRenewed':
      return renewed(event, at);
    case 'PlanEntitled': {
      const plan = event.data.plan ?? definition.default_plan;
      const { reason } = event.data;
      return [{ type: 'ChangePlan', at, plan, reason, order: event.version, policy: policyOf(definition, at) }];
    }
  }
};

/** @throws ComesAgain for what has to wait for another event. @throws Error for what people have to look at. */
const onRefusal = (
  { logger, count }: FollowPaymentDependencies,
  { app, user, type }: PaymentEvent,
  rejection: AccountRejection,
): void => {
  if (rejection === 'revocation-unknown') throw new ComesAgain('the opening of the dispute has not arrived');
  if (rejection !== 'account-closed') throw new Error(`${type} did not reach the account: ${rejection}`);
  // Whoever left has no plan, and that is all there is to say of it. Money is another matter.
  if (type === 'PlanEntitled') logger.info('plan of a closed account', { app, user });
  else logger.warn('money of a closed account', { app, user, event: type });
  // What went back of it needs nobody.
  if (type === 'PaymentCaptured' || type === 'SubscriptionRenewed') count(paymentsOfClosedAccounts);
};

/** Opens the account of a user who paid before anything else. */
export const followPayment =
  (dependencies: FollowPaymentDependencies) =>
  async (event: PaymentEvent): Promise<void> => {
    const { handle, catalog, logger, now } = dependencies;
    const { app, user, id, type, correlationId } = event;
    const definition = await catalog.app(app);
    if (!definition) throw new Error(`${type} is of the unknown app ${app}`);
    const meta = { actor: 'system:on-payment', correlationId, causationId: id };
    for (const command of commandsFor(event, definition, now())) {
      const handled = await handleOpening(handle, accountStream({ app, user }), definition, { command, meta });
      if (!handled.accepted) return onRefusal(dependencies, event, handled.rejection);
      const repeated = handled.events.length === 0;
      logger.info('account follows a payment', { app, user, event: type, command: command.type, repeated });
    }
  };
