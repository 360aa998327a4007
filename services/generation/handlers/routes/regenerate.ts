/** POST /v1/generations/{id}/regenerate: the same once more, on the very path of a new run, and so at its limits and its price of today. */
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { isKnown, jobStream } from '../../domain/job.ts';
import type { routes } from '../../routes.ts';
import { type CreateGenerationDeps, familyOf, fingerprintOf, idOfKey, runOrder } from './create-generation.ts';

/** The caller named no asset, so there is nothing in the body to point at. */
export const ofOriginal = <Answer extends object>(answer: Answer) =>
  'rejection' in answer && answer.rejection === 'asset-not-found'
    ? refuse('asset-not-ready', { detail: 'An input of the original was removed.' })
    : (answer as Exclude<Answer, Refusal<'asset-not-found'>>);

export const regenerate = (deps: CreateGenerationDeps) => async (request: Input<typeof routes.regenerate>) => {
  const { user, path, body } = request;
  // Of what was sent: the repeated request meets its job also when the original was removed meanwhile.
  const fingerprint = fingerprintOf({ regenerate: path.id, ...body });
  const answer = await runOrder(deps, request, { id: idOfKey(request), fingerprint }, async () => {
    const original = (await deps.store.load(jobStream(user, path.id)))?.state;
    if (!original || !isKnown(original)) return refuse('job-not-found');
    const { tool, inputs, params } = original;
    return {
      body: {
        tool,
        inputs: inputs.map(({ asset }) => asset),
        params: { ...params, ...body.params },
        refresh: true,
      },
      // It may be gone: the family keeps its name.
      parent: familyOf(path.id, original),
    };
  });
  return ofOriginal(answer);
};
