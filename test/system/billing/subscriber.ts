/** Users whose card Stripe keeps, as the suites of billing play them: what they buy, and what is seen of it afterwards. */
import { accountStream } from '#services/credits/domain/account.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import type { Account } from '#services/credits/domain/state.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { Stack, User } from '../stack.ts';
import { openPage, readCredits } from './buying.ts';

export interface ListedPayment {
  readonly id: string;
  readonly status: string;
  readonly purpose: string;
  readonly item: { readonly id: string };
  readonly amount_minor: number;
  readonly credits: number;
  readonly automatic: boolean;
  readonly failure: string | null;
  readonly action_url: string | null;
}

/** Buys on the page that the request opens; nobody is waited for. */
export const payOnPage = async (stack: Stack, user: User, wanted: object): Promise<void> => {
  const { session_id } = await openPage(user, wanted);
  stack.payments.stripe(user.app).paySession(session_id, 'pay');
};

export const readSubscription = async ({ api }: User) => (await api.get('/v1/subscription')).body;
/** What can be spent, and on which plan. */
export const readBalance = async (user: User) => {
  const { available, plan } = await readCredits(user);
  return { available, plan };
};
/** The newest first. */
export const readPayments = async ({ api }: User): Promise<readonly ListedPayment[]> =>
  (await api.get<{ data: ListedPayment[] }>('/v1/payments')).body.data;

/** The user's account, event by event. */
export const accountEvents = async ({ dynamoDb, tables }: Stack, { app, id }: User): Promise<AccountEvent[]> => {
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb, tables.credits);
  return (await store.read(accountStream({ app, user: id }), { limit: 1_000 })).map(({ event }) => event);
};
