/** Providers for tests: they answer what they are told to, and remember what they were asked. */
import {
  type Finished,
  type Provider,
  ProviderError,
  type ProviderErrorKind,
  type ProviderRequest,
  type Submitted,
  type Task,
  type TaskState,
  type Tasks,
} from '../providers/provider.ts';
import type { Providers, ProvidersOf } from '../providers/registry.ts';

export const finished = (text = 'done', usage: Finished['usage'] = {}): Finished => ({
  status: 'finished',
  files: [{ kind: 'text', contentType: 'text/plain', bytes: Buffer.from(text) }],
  usage,
});
export const submitted = (taskId = 't-1'): Submitted => ({ status: 'submitted', taskId });
export const failing = (kind: ProviderErrorKind, retryAfterSeconds?: number): ProviderError =>
  new ProviderError(kind, `It is ${kind}.`, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });

/** An answer, or what is thrown, or what happens at the call. */
type Answer<Given, Result> = Result | Error | ((given: Given) => Promise<Result>);

/** The answers in their order; the last one stays. */
const inTurn = <Given, Result>(answers: readonly Answer<Given, Result>[]) => {
  const asked: Given[] = [];
  const ask = async (given: Given): Promise<Result> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(given);
    if (answer === undefined) throw new Error('nothing was expected to be asked');
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? (answer as (given: Given) => Promise<Result>)(given) : answer;
  };
  return { asked, ask };
};

export interface Script {
  readonly starts: readonly Answer<ProviderRequest, Finished | Submitted>[];
  /** Given, the provider has tasks. */
  readonly looks?: readonly Answer<Task, TaskState>[];
  readonly cancels?: readonly Answer<Task, boolean>[];
  readonly readWebhook?: Tasks['readWebhook'];
}

export const scripted = (name: string, { starts, looks, cancels, readWebhook }: Script) => {
  const start = inTurn(starts);
  const look = inTurn(looks ?? []);
  const cancel = inTurn(cancels ?? [true]);
  const tasks: Tasks = {
    check: look.ask,
    cancel: cancel.ask,
    readWebhook: readWebhook ?? (async () => undefined),
  };
  const provider: Provider = { name, start: start.ask, ...(looks ? { tasks } : {}) };
  return { provider, started: start.asked, looked: look.asked, stopped: cancel.asked };
};

/** These are set up, for every app. */
export const setUp = (...providers: Provider[]): ProvidersOf => {
  const byName: Providers = Object.fromEntries(providers.map((provider) => [provider.name, provider]));
  return async () => byName;
};
