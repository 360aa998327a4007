/** Generations as their owner sees them, a page at a time: songs and films with how often they were played. */
import type { Owner } from '#shared/owner.ts';
import { isPlayable, type JobFacts } from '../read-models/jobs.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { Plays } from '../storage/plays.ts';
import { generationView } from './views.ts';

export interface ShowDeps {
  readonly outputs: Pick<Outputs, 'signedUrl'>;
  readonly plays: Pick<Plays, 'of'>;
}

export const showGenerations = async (
  { outputs, plays }: ShowDeps,
  owner: Owner,
  found: readonly JobFacts[],
  at: string,
) => {
  const playable = found.filter(isPlayable).map(({ id }) => id);
  const counts = playable.length === 0 ? new Map<string, number>() : await plays.of(owner, playable);
  return Promise.all(
    found.map((facts) => generationView(outputs, facts, at, isPlayable(facts) ? (counts.get(facts.id) ?? 0) : null)),
  );
};

export const showGeneration = async (deps: ShowDeps, owner: Owner, facts: JobFacts, at: string) => {
  const [view] = await showGenerations(deps, owner, [facts], at);
  if (!view) throw new Error('one generation gives one view');
  return view;
};
