/** What happens when: a clock that jumps from one act to the next. */

export type Act = () => Promise<void>;

export interface Agenda {
  /** ISO-8601 UTC. */
  now(): string;
  nowMs(): number;
  /** Behind everything that is due at the same moment. */
  after(milliseconds: number, act: Act): void;
  /** Everything up to the end; what is due later never happens. */
  run(): Promise<void>;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly act: Act;
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.due < other.due || (one.due === other.due && one.order < other.order);

/** A binary heap. */
const push = (heap: Entry[], entry: Entry): void => {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (!parent || !isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
};

const pop = (heap: Entry[]): Entry | undefined => {
  const [first] = heap;
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let place = 0;
  for (;;) {
    const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
    const below = left && right && isBefore(right, left) ? right : left;
    if (!below || !isBefore(below, last)) break;
    heap[place] = below;
    place = 2 * place + (below === left ? 1 : 2);
  }
  heap[place] = last;
  return first;
};

export const agendaFrom = (start: string, end: string): Agenda => {
  const endMs = Date.parse(end);
  const heap: Entry[] = [];
  let nowMs = Date.parse(start);
  let order = 0;
  return {
    nowMs: () => nowMs,
    now: () => new Date(nowMs).toISOString(),
    after(milliseconds, act) {
      order += 1;
      push(heap, { due: nowMs + Math.max(0, milliseconds), order, act });
    },
    async run() {
      for (let entry = pop(heap); entry && entry.due < endMs; entry = pop(heap)) {
        nowMs = entry.due;
        await entry.act();
      }
    },
  };
};
