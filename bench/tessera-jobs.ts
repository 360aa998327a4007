/** Jobs of Tessera on the local account, with a sandbox that answers at once. */
import { type Stack, startStack, type User } from '../test/system/stack.ts';
import { sandboxParams } from './sandbox-request.ts';

export interface RunJob {
  readonly id: string;
  /** From the answer 202 to the event that says it is done, on the bus. */
  readonly ms: number;
}

export interface TesseraJobs {
  readonly stack: Stack;
  signUp(): Promise<User>;
  run(user: User): Promise<RunJob>;
  /** When nothing is on its way any more. @throws Error when an invariant is broken. */
  check(): Promise<void>;
}

export const startTesseraJobs = async (): Promise<TesseraJobs> => {
  const endedAt = new Map<string, number>();
  const told = new Map<string, (at: number) => void>();
  const stack = await startStack({
    maxWorkersPerFunction: 4,
    onPublished: (_, { 'detail-type': type, detail }) => {
      if (type !== 'JobSucceeded') return;
      const { jobId } = (detail as { data: { jobId: string } }).data;
      endedAt.set(jobId, performance.now());
      told.get(jobId)?.(performance.now());
    },
  });
  const ended = (jobId: string): Promise<number> =>
    new Promise((resolve) => {
      const at = endedAt.get(jobId);
      if (at === undefined) told.set(jobId, resolve);
      else resolve(at);
    });
  return {
    stack,
    signUp: () => stack.signUp('flirt-studio'),
    async run({ api }) {
      const { status, body } = await api.generate({ tool: 'short-chat', params: sandboxParams });
      const acceptedAt = performance.now();
      if (status !== 202) throw new Error(`POST /v1/generations answered ${status}: ${JSON.stringify(body)}`);
      return { id: body.id, ms: (await ended(body.id)) - acceptedAt };
    },
    async check() {
      await stack.account.drain();
      const { violations } = await stack.check();
      if (violations.length > 0) throw new Error(`invariants broken: ${JSON.stringify(violations[0])}`);
    },
  };
};
