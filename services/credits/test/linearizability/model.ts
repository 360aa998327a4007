/** An account as one would explain it on paper, one operation after another: the specification that concurrent histories are held against. */

export type Operation =
  | { readonly type: 'grant'; readonly id: string; readonly credits: number }
  | { readonly type: 'hold'; readonly id: string; readonly credits: number }
  | { readonly type: 'settle'; readonly id: string; readonly credits: number }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'read' };

/** `done`, a rejection, or for a read what is available and held. */
export type Answer = string;

/** As many closed holds as are known to be closed; an older one may be held again. */
const closedKept = 32;

export interface Model {
  /** Carries an operation out. `changed` tells whether anything happened. */
  apply(operation: Operation): { readonly answer: Answer; readonly changed: boolean };
}

const nothing = (answer: Answer) => ({ answer, changed: false });
const change = { answer: 'done', changed: true };

export const sequentialModel = (available: number): Model => {
  let left = available;
  const granted = new Set<string>();
  const open = new Map<string, number>();
  const closed: string[] = [];
  const hold = (id: string, credits: number) => {
    const already = open.get(id);
    if (already !== undefined) return nothing(already === credits ? 'done' : 'hold-differs');
    if (closed.includes(id)) return nothing('hold-closed');
    if (credits > left) return nothing('credits-insufficient');
    left -= credits;
    open.set(id, credits);
    return change;
  };
  const end = (id: string, spent: number) => {
    const held = open.get(id);
    if (held === undefined) return nothing('done');
    if (spent > held) return nothing('settlement-exceeds-hold');
    left += held - spent;
    open.delete(id);
    closed.push(id);
    if (closed.length > closedKept) closed.shift();
    return change;
  };
  return {
    apply(operation) {
      switch (operation.type) {
        case 'grant': {
          if (granted.has(operation.id)) return nothing('done');
          granted.add(operation.id);
          left += operation.credits;
          return change;
        }
        case 'hold':
          return hold(operation.id, operation.credits);
        case 'settle':
          return end(operation.id, operation.credits);
        case 'release':
          return end(operation.id, 0);
        case 'read': {
          const held = [...open.values()].reduce((sum, credits) => sum + credits, 0);
          return nothing(`${left} available, ${held} held`);
        }
      }
    },
  };
};
