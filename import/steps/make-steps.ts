/** The steps of one run, over the tables and the bucket of the place that the app is brought to. */

import { subscriptionStream } from '#services/billing/domain/subscription-state.ts';
import { type PaymentStore, paymentHandler } from '#services/billing/handle-payment.ts';
import type { SubscriptionStore } from '#services/billing/handle-subscription.ts';
import { subscriptionHandler } from '#services/billing/handle-subscription.ts';
import type { ImportBillingDeps } from '#services/billing/operations/import-payment.ts';
import { customerTable } from '#services/billing/storage/customers.ts';
import { referenceTable } from '#services/billing/storage/references.ts';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { type AccountStore, accountHandler } from '#services/credits/handle-account.ts';
import { importBook } from '#services/credits/operations/import-book.ts';
import { historyImport } from '#services/credits/operations/import-history.ts';
import type { ImportAccountDeps } from '#services/credits/operations/import-outcome.ts';
import type { Job } from '#services/generation/domain/job.ts';
import type { JobEvent } from '#services/generation/domain/job-events.ts';
import { jobHandler } from '#services/generation/handle-job.ts';
import { type ImportJobDeps, storeImported } from '#services/generation/operations/import-job.ts';
import { outputFiles } from '#services/generation/storage/outputs.ts';
import type { ImportUserDeps } from '#services/identity/operations/import-user.ts';
import { userTable } from '#services/identity/users/user-table.ts';
import type { DomainEvent } from '#shared/eventsourcing/decider.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import type { Destination } from '../connect.ts';
import type { FactsOf, Kind, PaymentFacts } from '../facts.ts';
import { type BalanceSums, balanceStep, ledgerStep, userStep } from './account-steps.ts';
import { ofWhoStayed } from './of-who-stayed.ts';
import { jobStep, paymentStep } from './record-steps.ts';
import type { Step } from './step.ts';

export type Steps = { readonly [K in Kind]: Step<FactsOf[K]> };

export interface StepOptions {
  readonly destination: Destination;
  readonly definition: AppDefinition;
  readonly folder: string | undefined;
  readonly hasBalances: boolean;
  readonly correlationId: string;
  readonly now: () => string;
  readonly sums: BalanceSums;
}

const finder =
  <State, Event extends DomainEvent>(store: EventStore<State, Event>) =>
  async (stream: string): Promise<boolean> =>
    (await store.load(stream)) !== undefined;

export const makeSteps = ({
  destination,
  definition,
  folder,
  hasBalances,
  correlationId,
  now,
  sums,
}: StepOptions): Steps => {
  const { dynamoDb, s3, stores } = destination;
  const { id: app, zone } = definition;
  const run = { correlationId, now };
  const accounts: AccountStore = dynamoEventStore(dynamoDb, stores.creditsEvents);
  const jobs = dynamoEventStore<Job, JobEvent>(dynamoDb, stores.generationEvents);
  const payments: PaymentStore = dynamoEventStore(dynamoDb, stores.billingEvents);
  const subscriptions: SubscriptionStore = dynamoEventStore(dynamoDb, stores.billingEvents);
  const account: ImportAccountDeps = {
    ...run,
    store: accounts,
    handle: accountHandler(accounts),
    book: importBook(dynamoDb, stores.history),
    definition,
  };
  const identity: ImportUserDeps = { ...run, users: userTable(dynamoDb, stores.users), zone };
  const billing: ImportBillingDeps = {
    ...run,
    handlePayment: paymentHandler(payments),
    handleSubscription: subscriptionHandler(subscriptions),
    isThere: finder(payments),
    subscriptionOf: async (owner) => (await subscriptions.load(subscriptionStream(owner)))?.state,
    customers: customerTable(dynamoDb, stores.customers),
    references: referenceTable(dynamoDb, stores.references),
    definition,
  };
  const job: ImportJobDeps = {
    ...run,
    handle: jobHandler(jobs),
    isThere: finder(jobs),
    store: storeImported(outputFiles(s3, stores.outputs)),
  };
  const hasLeft = async (user: string): Promise<boolean> =>
    (await identity.users.get({ app, user }))?.status === 'deleted';
  const customerOf = async ({ user, customer }: PaymentFacts): Promise<string | undefined> =>
    user === undefined && customer !== undefined
      ? (await billing.references.find(app, 'stripe', customer))?.owner?.user
      : user;
  const ofUser = async ({ user }: { readonly user: string }): Promise<string> => user;
  return {
    users: ofWhoStayed(userStep({ app, account, identity, billing, hasBalances }), ofUser, hasLeft),
    balances: ofWhoStayed(balanceStep(account, sums), ofUser, hasLeft),
    ledger: ofWhoStayed(ledgerStep(app, historyImport(dynamoDb, stores.history)), ofUser, hasLeft),
    jobs: ofWhoStayed(jobStep({ app, job, folder }), ofUser, hasLeft),
    payments: ofWhoStayed(paymentStep(app, billing), customerOf, hasLeft),
  };
};
