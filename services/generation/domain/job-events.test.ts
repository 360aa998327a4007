import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { job } from './job.ts';
import { type JobEvent, jobEvent } from './job-events.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'));
const stored = fixture('job-events.json') as object[];

describe('I6 every event that was ever stored', () => {
  test('is still read, as it was stored', () => {
    expect(stored.map((event) => jobEvent.parse(event))).toEqual(stored);
  });

  test('every kind is among them, with and without each of its optional parts', () => {
    for (const { shape } of jobEvent.options) {
      const type = shape.type.value;
      const ofKind = stored.filter((event) => 'type' in event && event.type === type);
      expect([type, ofKind.length > 0]).toEqual([type, true]);
      for (const [part, schema] of Object.entries(shape)) {
        const given = ofKind.some((event) => Object.hasOwn(event, part));
        const missing = ofKind.some((event) => !Object.hasOwn(event, part));
        expect([type, part, given, missing]).toEqual([type, part, true, schema.safeParse(undefined).success]);
      }
    }
  });
});

interface Step {
  readonly event: object;
  /** Beside what was asked. */
  readonly state: object;
}

/** A job as it was written before tasks, the library and the cache. */
const old = fixture('job-stream.v1.json') as { asks: object; begun: Step[]; ends: [Step, ...Step[]] };
const asAsked = (step: Step): JobEvent =>
  jobEvent.parse(
    'type' in step.event && step.event.type === 'JobRequested' ? { ...step.event, ...old.asks } : step.event,
  );

describe('I6 a job that was written long ago', () => {
  test.each(old.ends.map((end) => [(end.event as JobEvent).type, end] as const))(
    'folds to the very states that it stored: %s',
    (_, end) => {
      let state = job.initialState;
      for (const step of [...old.begun, end]) {
        state = job.evolve(state, asAsked(step));
        expect(state).toStrictEqual({ ...old.asks, ...step.state });
      }
    },
  );

  test.each(old.ends.map((end) => [(end.event as JobEvent).type, end] as const))(
    'takes what is new: %s, then a late answer, a name, a mark, its removal',
    (_, end) => {
      const history = [...old.begun, end].map(asAsked);
      const ended = history.reduce(job.evolve, job.initialState);
      const at = '2026-11-21T10:00:00.000Z';
      const commands = [
        { type: 'RecordLateAnswer', at, taskId: 't' },
        { type: 'RenameJob', at, title: 'Mine' },
        { type: 'FavourJob', at, favourite: true },
        { type: 'RemoveJob', at },
      ] as const;
      let state = ended;
      for (const command of commands) {
        const decision = job.decide(command, state);
        expect(decision).toMatchObject({ accepted: true, events: [{}] });
        state = decision.accepted ? decision.events.reduce(job.evolve, state) : state;
      }
      expect(state).toMatchObject({ status: 'removed', ended: { status: ended.status } });
    },
  );
});
