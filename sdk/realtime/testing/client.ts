/** A client under test: its clock is the test's, and what it tells is kept. */
import type { SocketMessage } from '../messages.ts';
import type { Realtime, RealtimeOptions, RealtimeState } from '../options.ts';
import { connectRealtime } from '../realtime.ts';
import { type Queue, queue } from './queue.ts';
import { handTime, type Time } from './time.ts';

export interface Client {
  readonly realtime: Realtime;
  readonly time: Time;
  readonly states: Queue<RealtimeState>;
  readonly messages: Queue<SocketMessage>;
  readonly errors: Queue<unknown>;
  /** How often it was to refetch. */
  readonly refetches: Queue<'refetch'>;
}

/** Tokens are `token-1`, `token-2`, …; chance is always one half. */
export const startClient = (url: string, options: Partial<RealtimeOptions> = {}): Client => {
  const time = handTime();
  const states = queue<RealtimeState>();
  const messages = queue<SocketMessage>();
  const errors = queue<unknown>();
  const refetches = queue<'refetch'>();
  let tokens = 0;
  const realtime = connectRealtime({
    url,
    token: () => {
      tokens += 1;
      return `token-${tokens}`;
    },
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    onRefetch: () => refetches.push('refetch'),
    onError: (error) => errors.push(error),
    random: () => 0.5,
    now: time.now,
    timers: time.timers,
    ...options,
  });
  return { realtime, time, states, messages, errors, refetches };
};

export const balance = (version: number, cursor = `c${version}`, available = version * 10): SocketMessage => ({
  type: 'credits.balance',
  id: `evt-${version}`,
  key: 'credits',
  version,
  at: '2026-11-21T10:00:00.000Z',
  cursor,
  data: { available },
});

/** Until it has been in that state. */
export const reached = async (states: Queue<RealtimeState>, state: RealtimeState): Promise<void> => {
  for (let seen = 0; seen < 100; seen += 1) if ((await states.next()) === state) return;
  throw new Error(`never ${state}`);
};
