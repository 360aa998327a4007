/** Which providers and models a run is tried with, in their order. */
import type { Tool } from '#services/catalog/contracts.ts';
import { choiceOf, type Job } from '../domain/job.ts';
import type { Providers } from '../providers/registry.ts';

export interface Choice {
  readonly provider: string;
  readonly model: string;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

const sandboxChoice: Choice = { provider: 'sandbox', model: 'sandbox-1' };

/**
 * The tool's choices whose provider is set up for the app. An app that is tried out runs on the sandbox where none is. In any
 * other app the first choice is left, which then fails: nothing stands in for a provider.
 */
export const chainOf = (
  { providers: named }: Pick<Tool, 'providers'>,
  providers: Providers,
  onSandbox: boolean,
): readonly Choice[] => {
  const all = named.flatMap(({ provider, models, input }) =>
    models.map((model): Choice => ({ provider, model, input })),
  );
  const ready = all.filter(({ provider }) => Object.hasOwn(providers, provider));
  if (ready.length > 0) return ready;
  return onSandbox ? [sandboxChoice] : all.slice(0, 1);
};

/** Those that the attempt under way has not passed over. When all are, a pause is all that may help: the first begins again. */
export const nextChoice = (chain: readonly Choice[], job: Job): Choice | undefined => {
  const passed = new Set('passedOver' in job ? job.passedOver : []);
  return chain.find((choice) => !passed.has(choiceOf(choice)));
};
