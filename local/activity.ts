/** What is in flight in the account: everything that will go on by itself is begun here and ended when it is over. */

export interface Activity {
  /** Returns what ends it; ending twice does nothing. */
  begin(label: string): () => void;
  /** The labels in flight, with their number when more than one. */
  pending(): string[];
  readonly idle: boolean;
  /** How many were ever begun: equal at two moments means nothing new began between them. */
  readonly begun: number;
  /** Resolves at the next begin or end. */
  changed(): Promise<void>;
}

export function createActivity(): Activity {
  const inFlight = new Map<string, number>();
  let begun = 0;
  let waiting: (() => void)[] = [];

  function notify(): void {
    const told = waiting;
    waiting = [];
    for (const resolve of told) resolve();
  }

  return {
    begin(label) {
      begun += 1;
      inFlight.set(label, (inFlight.get(label) ?? 0) + 1);
      notify();
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (inFlight.get(label) ?? 1) - 1;
        if (left > 0) inFlight.set(label, left);
        else inFlight.delete(label);
        notify();
      };
    },
    pending: () => [...inFlight].map(([label, count]) => (count > 1 ? `${label} (${count})` : label)),
    get idle() {
      return inFlight.size === 0;
    },
    get begun() {
      return begun;
    },
    changed: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
  };
}
