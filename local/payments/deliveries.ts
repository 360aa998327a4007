/** Webhooks on their way: sent once each, again a few times when they are not taken; a test may hold them and choose their order. */
import { setTimeout as wait } from 'node:timers/promises';
import { createActivity } from '../activity.ts';

export interface Message {
  readonly app: string;
  readonly provider: 'stripe' | 'paymob';
  /** The provider's own id of it. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** Made for each try, because a signature has a time. */
  readonly request: () => { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

export interface Delivery extends Omit<Message, 'request'> {
  readonly status: 'held' | 'on-its-way' | 'delivered' | 'given-up' | 'dropped';
  readonly tries: number;
  /** What the last try came to. */
  readonly answer?: string;
}

export interface Deliveries {
  /** The newest last; the last thousand. */
  readonly all: readonly Delivery[];
  send(message: Message): void;
  /** From now on nothing is sent by itself. */
  hold(): void;
  readonly held: readonly Delivery[];
  /**
   * Sends what is held one after the other in the order that is chosen: one left out is dropped, one named twice comes twice.
   * From then on everything is sent by itself again.
   */
  deliverHeld(choose?: (held: readonly Delivery[]) => readonly Delivery[]): Promise<void>;
  /** Once more, as when somebody presses “resend” at the provider. */
  redeliver(id: string): Promise<void>;
  readonly busy: boolean;
  /** Until nothing is on its way. */
  drain(): Promise<void>;
  close(): void;
}

export interface DeliveriesOptions {
  /** Before the second try, the third and so on. */
  readonly retryDelaysMs: readonly number[];
  readonly onGivenUp: (delivery: Delivery) => void;
}

interface Sent extends Delivery {
  status: Delivery['status'];
  tries: number;
  answer?: string;
}

const keptLimit = 1_000;
const atOnce = 8;
const timeoutMs = 15_000;

const post = async ({ body, request }: Message): Promise<{ taken: boolean; answer: string }> => {
  try {
    const { url, headers } = request();
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
    await response.arrayBuffer();
    return { taken: response.ok, answer: String(response.status) };
  } catch (error) {
    return { taken: false, answer: error instanceof Error ? error.message : String(error) };
  }
};

export const createDeliveries = ({ retryDelaysMs, onGivenUp }: DeliveriesOptions): Deliveries => {
  const kept: { readonly message: Message; readonly sent: Sent }[] = [];
  const activity = createActivity();
  const closing = new AbortController();
  const waiting: (() => void)[] = [];
  let active = 0;
  let holding = false;

  const withPlace = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (active >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    active += 1;
    try {
      return await run();
    } finally {
      active -= 1;
      waiting.shift()?.();
    }
  };

  const deliver = async (message: Message, sent: Sent): Promise<void> => {
    const end = activity.begin(message.type);
    sent.status = 'on-its-way';
    try {
      for (const delayMs of [0, ...retryDelaysMs]) {
        if (delayMs > 0) await wait(delayMs, undefined, { signal: closing.signal });
        const { taken, answer } = await withPlace(() => post(message));
        sent.tries += 1;
        sent.answer = answer;
        if (!taken) continue;
        sent.status = 'delivered';
        return;
      }
      sent.status = 'given-up';
      onGivenUp(sent);
    } catch {
      sent.status = 'given-up';
    } finally {
      end();
    }
  };

  const held = () => kept.filter(({ sent }) => sent.status === 'held');
  return {
    get all() {
      return kept.map(({ sent }) => sent);
    },
    get held() {
      return held().map(({ sent }) => sent);
    },
    send(message) {
      const { request: _, ...told } = message;
      const sent: Sent = { ...told, status: 'held', tries: 0 };
      kept.push({ message, sent });
      if (kept.length > keptLimit) kept.shift();
      if (!holding) void deliver(message, sent);
    },
    hold() {
      holding = true;
    },
    async deliverHeld(choose = (all) => all) {
      const all = held();
      holding = false;
      const chosen = choose(all.map(({ sent }) => sent));
      for (const { sent } of all) if (!chosen.includes(sent)) sent.status = 'dropped';
      for (const delivery of chosen) {
        const found = all.find(({ sent }) => sent === delivery);
        if (found) await deliver(found.message, found.sent);
      }
    },
    async redeliver(id) {
      const found = kept.find(({ message }) => message.id === id);
      if (!found) throw new Error(`nothing was sent as ${id}`);
      await deliver(found.message, found.sent);
    },
    get busy() {
      return !activity.idle;
    },
    async drain() {
      while (!activity.idle) await activity.changed();
    },
    close: () => closing.abort(),
  };
};
