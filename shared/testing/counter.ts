/** The smallest aggregate there is, for tests of the event store and what stands on it. */
import { accept, type Decider, reject } from '../eventsourcing/decider.ts';

export interface Counter {
  readonly sum: number;
}

export type CounterEvent = { readonly type: 'Added'; readonly by: number } | { readonly type: 'Cleared' };

export type CounterCommand = { readonly at: string } & (
  | { readonly type: 'Add'; readonly by: number; readonly key?: string }
  /** As many events at once. */
  | { readonly type: 'AddEach'; readonly each: readonly number[] }
  | { readonly type: 'Clear' }
);

export const counter: Decider<Counter, CounterCommand, CounterEvent, 'too-much'> = {
  initialState: { sum: 0 },
  decide(command, { sum }) {
    switch (command.type) {
      case 'Add':
        return sum + command.by > 1_000 ? reject('too-much') : accept({ type: 'Added', by: command.by });
      case 'AddEach':
        return accept(...command.each.map((by) => ({ type: 'Added', by }) as const));
      case 'Clear':
        return sum === 0 ? accept() : accept({ type: 'Cleared' });
    }
  },
  evolve({ sum }, event) {
    switch (event.type) {
      case 'Added':
        return { sum: sum + event.by };
      case 'Cleared':
        return { sum: 0 };
    }
  },
};

export const counterAggregate = {
  decider: counter,
  uniqueKey: (command: CounterCommand): string | undefined => (command.type === 'Add' ? command.key : undefined),
};
