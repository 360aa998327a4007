/** Endpoints, deliveries and the queue of wake-ups in memory, for tests of what stands on them; the tables keep the contract of the real ones. */
import type { SendWakeUp, WakeUp } from '../delivering/wake-up.ts';
import type { Delivery } from '../domain/delivery.ts';
import { type Endpoint, maxEndpoints } from '../domain/endpoint.ts';
import type { DeliveryTable } from '../storage/delivery-table.ts';
import type { EndpointTable, Made } from '../storage/endpoint-table.ts';

const withoutNulls = <Item extends object>(item: object): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined)) as Item;

const newestFirst = <Item extends { readonly id: string }>(items: Iterable<Item>, before: string | undefined): Item[] =>
  [...items].filter(({ id }) => before === undefined || id < before).sort((a, b) => b.id.localeCompare(a.id));

export const memoryEndpoints = (): EndpointTable => {
  const kept = new Map<string, Endpoint>();
  const keys = new Map<string, Made>();
  const of = (app: string, id: string) => [kept.get(id)].find((endpoint) => endpoint?.app === app);
  const put = (endpoint: Endpoint | undefined, change: object): Endpoint | undefined => {
    if (!endpoint) return undefined;
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const changed = withoutNulls<Endpoint>({ ...endpoint, ...Object.fromEntries(given) });
    kept.set(endpoint.id, changed);
    return changed;
  };
  return {
    get: async (app, id) => of(app, id),
    list: async (app, { limit, before } = { limit: maxEndpoints }) => {
      const mine = newestFirst(kept.values(), before).filter((endpoint) => endpoint.app === app);
      return { endpoints: mine.slice(0, limit), next: mine.length >= limit ? mine[limit - 1]?.id : undefined };
    },
    madeBy: async (app, key) => keys.get(`${app}#${key}`),
    create: async (endpoint, by) => {
      const { app } = endpoint;
      const made = by && keys.get(`${app}#${by.key}`);
      if (made) return made;
      if ([...kept.values()].filter((other) => other.app === app).length >= maxEndpoints) return 'full';
      kept.set(endpoint.id, endpoint);
      if (by) keys.set(`${app}#${by.key}`, { fingerprint: by.fingerprint, endpoint: endpoint.id });
      return 'created';
    },
    change: async (app, id, change) => put(of(app, id), change),
    rotate: async ({ app, id, secretVersion }, rotation) => {
      const known = of(app, id);
      return known?.secretVersion === secretVersion ? put(known, rotation) : undefined;
    },
    switchOff: async ({ app, id, url }, at) => {
      const known = of(app, id);
      if (known?.url === url) put(known, { active: false, gone: true, updatedAt: at });
    },
    remove: async (app, id) => of(app, id) !== undefined && kept.delete(id),
  };
};

export const memoryDeliveries = (): DeliveryTable => {
  const kept = new Map<string, Delivery & { readonly claimId?: string }>();
  const put = (delivery: Delivery, change: object): Delivery => {
    const changed = withoutNulls<Delivery>({ ...delivery, ...change });
    kept.set(delivery.id, changed);
    return changed;
  };
  return {
    add: async (delivery) => {
      if (!kept.has(delivery.id)) kept.set(delivery.id, withoutNulls(delivery));
    },
    get: async (endpoint, id) => [kept.get(id)].find((delivery) => delivery?.endpoint === endpoint),
    list: async (endpoint, { limit, before, status }) => {
      const all = newestFirst(kept.values(), before).filter(
        (delivery) => delivery.endpoint === endpoint && (status === undefined || delivery.status === status),
      );
      return { deliveries: all.slice(0, limit), next: all.length > limit ? all[limit - 1]?.id : undefined };
    },
    claim: async ({ id, attempt }, claim) => {
      const known = kept.get(id);
      if (known?.status !== 'pending') return undefined;
      const isOurs = known.attempt === attempt + 1 && known.claimId === claim.claimId;
      if (known.attempt !== attempt && !isOurs) return undefined;
      return put(known, { ...claim, attempt: attempt + 1 });
    },
    progress: async ({ id, attempt, leaseUntil }, progress) => {
      const known = kept.get(id);
      if (known?.attempt !== attempt || known.leaseUntil !== leaseUntil) return;
      put(known, { dueAt: null, ...progress, leaseUntil: null });
    },
    restart: async ({ id, attempt }, { at, giveUpAt }) => {
      const known = kept.get(id);
      if (known?.attempt !== attempt || (known.leaseUntil ?? at) > at) return undefined;
      return put(known, { status: 'pending', failures: 0, dueAt: at, giveUpAt, leaseUntil: null });
    },
  };
};

/** Wake-ups on their way, by a clock that goes only when one of them is waited for. */
export const memoryQueue = (start: string) => {
  const waiting: { readonly message: WakeUp; readonly visibleAt: number }[] = [];
  const maxDelayMs = 900_000;
  let clock = Date.parse(start);
  const wake: SendWakeUp = async (message, afterMs = 0) => {
    const delayMs = Math.min(maxDelayMs, Math.ceil(afterMs / 1_000) * 1_000);
    waiting.push({ message, visibleAt: clock + Math.max(0, delayMs) });
  };
  return {
    wake,
    waiting,
    now: () => new Date(clock),
    pass: (ms: number) => {
      clock += ms;
    },
    /** Hands over every message when it becomes visible, until there are none or `limit` were. Answers how many. */
    async drain(handle: (message: WakeUp) => Promise<void>, limit = 1_000): Promise<number> {
      for (let handled = 0; handled < limit; handled += 1) {
        waiting.sort((a, b) => a.visibleAt - b.visibleAt);
        const next = waiting.shift();
        if (!next) return handled;
        clock = Math.max(clock, next.visibleAt);
        await handle(next.message);
      }
      return limit;
    },
  };
};
