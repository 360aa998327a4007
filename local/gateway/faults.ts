/** Faults on demand: which calls and deliveries are struck, drawn from seeds so that a run can be repeated. */
import type { CallFault, DeliveryFault, FaultPlan, FaultTarget, StruckCall } from '../contracts.ts';

interface CallRule {
  readonly target: FaultTarget;
  readonly fault: CallFault;
  skip: number;
  left: number;
  readonly handle: { struck: number };
}

interface DeliveryRule {
  readonly fault: DeliveryFault;
  readonly function: string | undefined;
  readonly probability: number;
  readonly random: () => number;
  readonly handle: { struck: number };
}

/** Mulberry32: 32 bits of state are plenty for a test run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const matches = (target: FaultTarget, call: StruckCall) =>
  (target.caller ?? call.caller) === call.caller &&
  (target.service ?? call.service) === call.service &&
  (target.operation ?? call.operation) === call.operation &&
  (target.resource === undefined || call.resources.includes(target.resource)) &&
  (target.exceptResource === undefined || !call.resources.includes(target.exceptResource));

export function createFaults(): FaultPlan {
  let calls: CallRule[] = [];
  let deliveries: DeliveryRule[] = [];
  const rulesFor = (functionName: string) =>
    deliveries.filter((rule) => rule.function === undefined || rule.function === functionName);
  return {
    onCall(target, fault, { times = 1, skip = 0 } = {}) {
      const handle = { struck: 0 };
      calls.push({ target, fault, skip, left: times, handle });
      return handle;
    },
    onDelivery(fault, { function: name, probability, seed }) {
      const handle = { struck: 0 };
      deliveries.push({ fault, function: name, probability, random: seededRandom(seed), handle });
      return handle;
    },
    call(call) {
      for (const rule of calls) {
        if (rule.left === 0 || !matches(rule.target, call)) continue;
        if (rule.skip > 0) {
          rule.skip -= 1;
          continue;
        }
        rule.left -= 1;
        rule.handle.struck += 1;
        return rule.fault;
      }
      return undefined;
    },
    delivery(functionName) {
      const struck = rulesFor(functionName).filter(({ random, probability }) => random() < probability);
      for (const { handle } of struck) handle.struck += 1;
      return new Set(struck.map(({ fault }) => fault));
    },
    shuffle(functionName, items) {
      const random = rulesFor(functionName).find(({ fault }) => fault === 'reorder')?.random ?? Math.random;
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = Math.floor(random() * (i + 1));
        [shuffled[i], shuffled[j]] = [
          shuffled[j] as (typeof shuffled)[number],
          shuffled[i] as (typeof shuffled)[number],
        ];
      }
      return shuffled;
    },
    clear() {
      calls = [];
      deliveries = [];
    },
  };
}
