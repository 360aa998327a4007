/** Stand-ins for Stripe and Paymob: both APIs, the pages that buyers pay on, and signed webhooks; one port, accounts for each app. */
import { closeServer, listen } from '../triggers/http-api/server.ts';
import { createDeliveries, type Deliveries, type Delivery } from './deliveries.ts';
import { createFaults, type ProviderFault } from './faults.ts';
import { type HostedApp, hostApp, newHostedState, setupOf } from './hosted.ts';
import type { PaymobActs } from './paymob/acts.ts';
import { paymentServer } from './server.ts';
import { createStateFile } from './state-file.ts';
import type { StripeActs } from './stripe/acts.ts';

export type { Deliveries, Delivery } from './deliveries.ts';
export type { PaymobActs } from './paymob/acts.ts';
export type { PageEnding, StripeActs } from './stripe/acts.ts';

export interface PaymentsOptions {
  readonly apps: readonly string[];
  /** Where the apps' webhooks are: asked at each delivery, because the stand-in may start first. */
  readonly callbackBase: () => string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps accounts over restarts. */
  readonly file?: string;
  readonly now?: () => Date;
  /** Between the tries of a webhook that is not taken. */
  readonly retryDelaysMs?: readonly number[];
  readonly onGivenUp?: (delivery: Delivery) => void;
}

export interface LocalPayments {
  readonly url: string;
  /** What the secret `tessera/billing/<app>` is to hold, as JSON. */
  secretsFor(app: string): string;
  stripe(app: string): StripeActs;
  paymob(app: string): PaymobActs;
  readonly deliveries: Deliveries;
  /** The next call of a provider's API that matches goes wrong. */
  failNext(fault: ProviderFault): void;
  /** Until every webhook was taken or given up, and what follows from it too. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const defaultDelaysMs = [100, 400, 1_600];

/** What happens when everybody was told of what happened before. */
const createLater = (deliveries: Deliveries) => {
  const tasks = new Set<Promise<void>>();
  return {
    afterwards(run: () => void): void {
      const task = deliveries
        .drain()
        .then(run)
        // What it was to follow may have changed meanwhile: a refunded payment is not disputed.
        .catch(() => undefined)
        .finally(() => tasks.delete(task));
      tasks.add(task);
    },
    async drain(): Promise<void> {
      do {
        await deliveries.drain();
        await Promise.all(tasks);
      } while (tasks.size > 0 || deliveries.busy);
    },
  };
};

/** Rejects when the port is taken. */
export const startPayments = async (options: PaymentsOptions): Promise<LocalPayments> => {
  const { callbackBase, port = 0, file, now = () => new Date() } = options;
  const deliveries = createDeliveries({
    retryDelaysMs: options.retryDelaysMs ?? defaultDelaysMs,
    onGivenUp: options.onGivenUp ?? (() => undefined),
  });
  const { afterwards, drain } = createLater(deliveries);
  const faults = createFaults();
  const { apps: kept, save } = createStateFile(file);
  const hosted = new Map<string, HostedApp>();
  const server = paymentServer({ apps: hosted, deliveries, faults, save });
  const origin = `http://127.0.0.1:${await listen(server, port, 'the payment providers')}`;
  for (const app of options.apps) {
    const state = kept[app] ?? newHostedState(app);
    kept[app] = state;
    hosted.set(app, hostApp(app, state, { origin, callbackBase, deliveries, now, save, afterwards }));
  }
  save();

  const find = (app: string): HostedApp => {
    const found = hosted.get(app);
    if (!found) throw new Error(`no app is named ${app}; there are: ${[...hosted.keys()].join(', ')}`);
    return found;
  };
  return {
    url: origin,
    secretsFor: (app) => {
      const { stripe, paymob } = find(app);
      return JSON.stringify(setupOf(origin, { stripe: stripe.state, paymob: paymob.state }));
    },
    stripe: (app) => find(app).stripeActs,
    paymob: (app) => find(app).paymobActs,
    deliveries,
    failNext: faults.next,
    drain,
    close: async () => {
      deliveries.close();
      await closeServer(server);
    },
  };
};
