/** Hands records to a function on behalf of a trigger, and lets the faults strike there: twice, later, shuffled, unheard. */
import type { Activity } from '../activity.ts';
import type { FaultPlan, InvokeResult } from '../contracts.ts';

/** Records and how they make an event, so that a fault may shuffle them. */
export interface Delivery<T> {
  readonly functionName: string;
  /** For example `stream credits-events`. */
  readonly from: string;
  readonly records: readonly T[];
  readonly toEvent: (records: readonly T[]) => unknown;
}

export type Deliver = <T>(delivery: Delivery<T>) => Promise<InvokeResult>;

export interface DeliveryOptions {
  readonly invoke: (functionName: string, event: unknown) => Promise<InvokeResult>;
  readonly faults: Pick<FaultPlan, 'delivery' | 'shuffle'>;
  readonly activity: Activity;
}

/** A delayed delivery is made once this many others overtook it, or after this time when there are no others. */
const overtakenLimit = 3;
const delayLimitMs = 200;

const refused = (errorMessage: string): InvokeResult => ({
  payload: Buffer.from(JSON.stringify({ errorType: 'Local.Delivery', errorMessage })),
  functionError: 'Unhandled',
});

export function createDeliver({ invoke, faults, activity }: DeliveryOptions): Deliver {
  const delayed = new Set<{ overtaken: number; release: () => void }>();

  function delay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => entry.release(), delayLimitMs);
      const entry = {
        overtaken: 0,
        release: () => {
          clearTimeout(timer);
          delayed.delete(entry);
          resolve();
        },
      };
      delayed.add(entry);
    });
  }

  async function invokeOnce(functionName: string, event: unknown): Promise<InvokeResult> {
    try {
      return await invoke(functionName, event);
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    } finally {
      for (const entry of [...delayed]) {
        entry.overtaken += 1;
        if (entry.overtaken >= overtakenLimit) entry.release();
      }
    }
  }

  return async ({ functionName, from, records, toEvent }) => {
    const end = activity.begin(`${from} → ${functionName}`);
    try {
      const struck = faults.delivery(functionName);
      if (struck.has('delay')) await delay();
      const event = toEvent(struck.has('reorder') ? faults.shuffle(functionName, records) : records);
      const first = await invokeOnce(functionName, event);
      const result = struck.has('duplicate') ? await invokeOnce(functionName, event) : first;
      return struck.has('drop-answer') ? refused('a fault dropped the answer of this delivery') : result;
    } finally {
      end();
    }
  };
}
