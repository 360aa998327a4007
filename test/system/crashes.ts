/**
 * A scenario of the whole system, run again for every AWS call of a function: each time another call kills the function or loses its
 * answer, and each time the end state is that of the run that nothing happened to.
 */
import { expect } from '@jest/globals';
import type { AwsCall, CallFault } from '#local/contracts.ts';
import { functionArn, type Stack } from './stack.ts';

/** A read changes nothing: a crash behind it leaves what the crash behind the last write left. */
const isRead = (operation: string): boolean => /^(Get|Query|Receive)/.test(operation);
/**
 * A crash before a call leaves what the crash after the one before it left, so only the first needs both; and every one where a
 * provider outside is asked in between. Lost answers are met within the process, each by itself: one run in which every answer is lost
 * once covers them all.
 */
const faultsAt = (call: number, operation: string, asksOutside: boolean): readonly CallFault[] => [
  ...(call === 0 || asksOutside ? (['kill'] as const) : []),
  ...(isRead(operation) ? [] : (['kill-after'] as const)),
];
/** A client that hears a server's error asks again with the same key; so often at most. */
const maxTries = 5;

/** Where a scenario's middle begins and ends: what is counted and struck. */
interface Watch {
  readonly begin: () => void;
  readonly end?: () => void;
}

export type Run = (watch: Watch) => Promise<unknown>;

export interface CleanRun {
  readonly state: unknown;
  /** Every call that was made, by whom and in order. */
  readonly calls: readonly AwsCall[];
}

export const untilAnswered = async <A extends { readonly status: number }>(ask: () => Promise<A>): Promise<A> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (answer.status < 500 || tries === maxTries) return answer;
  }
};

export const crashesOf = (started: () => Stack) => {
  /** Something that the system does, between what it needs and what it leads to. Runs it, and answers the end state without ids and times. */
  const scenario =
    <Needs>(
      prepare: () => Promise<Needs>,
      act: (needs: Needs) => Promise<unknown>,
      endState: (needs: Needs) => Promise<unknown>,
    ) =>
    async ({ begin, end }: Watch): Promise<unknown> => {
      const { account } = started();
      const needs = await prepare();
      await account.drain();
      begin();
      await act(needs);
      await account.drain();
      end?.();
      account.faults.clear();
      return endState(needs);
    };

  const runClean = async (run: Run): Promise<CleanRun> => {
    const { account } = started();
    let calls: readonly AwsCall[] = [];
    const state = await run({
      begin: () => account.calls.clear(),
      end: () => {
        calls = [...account.calls.all];
      },
    });
    return { state, calls };
  };

  /** After a clean run: once for every call of the function and every fault. */
  const strikeEveryCall = async (
    run: Run,
    functionName: string,
    clean = runClean(run),
    { asksOutside = false } = {},
  ): Promise<void> => {
    const stack = started();
    const { account } = stack;
    const caller = account.functionName(functionName);
    // Definitions are kept for seconds, so whether the catalog is asked depends on the clock; its outage has a test of its own.
    const exceptResource = functionArn(stack, 'catalog/definition');
    const { state: expected, calls: made } = await clean;
    const calls = made
      .filter((call) => call.caller === caller && !call.resources.includes(exceptResource))
      .map(({ operation }) => operation);
    expect(calls.length).toBeGreaterThan(0);
    const hurt = async (what: string, faults: readonly (readonly [CallFault, skip: number])[]): Promise<number> => {
      let strikes: { readonly struck: number }[] = [];
      const begin = () => {
        strikes = faults.map(([fault, skip]) => account.faults.onCall({ caller, exceptResource }, fault, { skip }));
      };
      const about = `${functionName}, ${what}`;
      expect({ about, state: await run({ begin }) }).toEqual({ about, state: expected });
      return strikes.reduce((sum, { struck }) => sum + struck, 0);
    };
    let struck = 0;
    for (const [skip, operation] of calls.entries())
      for (const fault of faultsAt(skip, operation, asksOutside))
        struck += await hurt(`${fault} at call ${skip + 1} of ${calls.length} (${operation})`, [[fault, skip]]);
    // Stream readers may be given the same records in fewer batches, and then make fewer calls than were counted.
    expect(struck).toBeGreaterThanOrEqual(calls.every(isRead) ? 1 : 2);
    // Each rule lets as many calls pass as there are rules before it: so every call is struck, and the repetition of none.
    struck = await hurt(
      'every answer lost once',
      calls.map((_, index) => ['after', index]),
    );
    expect(struck).toBeGreaterThanOrEqual(1);
  };

  return { scenario, runClean, strikeEveryCall };
};
