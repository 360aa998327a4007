/**
 * Whether a concurrent history is linearizable: whether every operation can be thought to have happened at one moment between its
 * call and its answer, so that the answers are those of the sequential model.
 *
 * The stream's own order is the witness. An operation that wrote stands at its event's version; one that wrote nothing stands
 * behind the version that it saw. Two things are checked: that this order never contradicts real time, and that the model,
 * taken through it, gives every answer that was given and changes exactly where something was written. A history that passes is
 * linearizable, for the witness proves it. One that fails may only have lied about versions; that is a defect as well.
 * (Searching for any order, as Wing and Gong do, would take time exponential in the number of clients.)
 */
import { type Answer, type Operation, sequentialModel } from './model.ts';

/** One operation of one client. Its caller heard `answer` and the version it holds for, or never heard: then both are absent. */
export interface Observed {
  readonly id: string;
  readonly operation: Operation;
  readonly calledAt: number;
  /** Infinity when no answer came. */
  readonly answeredAt: number;
  readonly answer?: Answer;
  /** The version that the answer speaks of. */
  readonly version?: number;
  /** It said that it had written. */
  readonly wrote?: boolean;
}

interface Placed extends Observed {
  /** Where it stands: an event's writer before those who saw it. */
  readonly place: number;
  readonly isWriter: boolean;
}

const place = (observed: Observed, written: ReadonlyMap<string, number>): Placed | undefined => {
  const own = written.get(observed.id);
  if (own !== undefined) return { ...observed, place: 2 * own, isWriter: true };
  // Nobody heard of it and it left nothing: it did not happen.
  if (observed.version === undefined) return undefined;
  return { ...observed, place: 2 * observed.version + 1, isWriter: false };
};

const describe = ({ id, operation, answer }: Observed): string =>
  `${id} ${JSON.stringify(operation)} → ${answer ?? 'no answer'}`;

/** An operation stands before another that had been answered before it was called. */
const againstTime = (placed: readonly Placed[]): string[] => {
  const byCall = placed.toSorted((one, other) => one.calledAt - other.calledAt);
  const byAnswer = placed.toSorted((one, other) => one.answeredAt - other.answeredAt);
  const faults: string[] = [];
  let latest: Placed | undefined;
  let next = 0;
  for (const operation of byCall) {
    for (; (byAnswer[next]?.answeredAt ?? Number.POSITIVE_INFINITY) < operation.calledAt; next += 1) {
      const answered = byAnswer[next];
      if (answered && answered.place > (latest?.place ?? 0)) latest = answered;
    }
    if (latest && latest.place > operation.place)
      faults.push(
        `${describe(operation)} does not know of ${describe(latest)}, which was answered before it was called`,
      );
  }
  return faults;
};

const againstModel = (placed: readonly Placed[], available: number): string[] => {
  const model = sequentialModel(available);
  return placed
    .toSorted((one, other) => one.place - other.place)
    .flatMap((observed) => {
      const { answer, changed } = model.apply(observed.operation);
      if (changed !== observed.isWriter)
        return [`${describe(observed)}: ${changed ? 'nothing was written' : 'was written'}, against the model`];
      const isAsExpected = observed.answer === undefined || observed.answer === answer;
      return isAsExpected ? [] : [`${describe(observed)}: the model answers ${answer}`];
    });
};

/**
 * Everything that keeps a history from being linearizable; nothing when it is.
 * @param written the version of each operation's last event, by the operation's id
 * @param available what the account had when the history began
 */
export const faultsOf = (
  history: readonly Observed[],
  written: ReadonlyMap<string, number>,
  available: number,
): string[] => {
  const placed = history.map((observed) => place(observed, written)).filter((operation) => operation !== undefined);
  const known = new Set(history.map(({ id }) => id));
  return [
    ...history
      .filter(({ id, wrote }) => wrote && !written.has(id))
      .map((lost) => `${describe(lost)}: its event is gone`),
    ...[...written.keys()].filter((id) => !known.has(id)).map((id) => `nobody asked for the event of ${id}`),
    ...againstTime(placed),
    ...againstModel(placed, available),
  ];
};
