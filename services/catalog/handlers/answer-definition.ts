/** What an app is, for the services that run it: all of its definition, or that the caller holds the newest. */
import { type DefinitionAnswer, definitionRequest } from '../contracts.ts';
import type { ServedOffers } from '../served-offers.ts';

/** @throws ZodError for what is no request; SourceUnavailable when the offer cannot be read. */
export const answerDefinition =
  ({ served }: { readonly served: Pick<ServedOffers, 'read'> }) =>
  async (payload: unknown): Promise<DefinitionAnswer> => {
    const { app, have } = definitionRequest.parse(payload);
    const found = await served.read(app);
    if (!found) return { status: 'unknown' };
    const { revision, definition } = found;
    return have === revision ? { status: 'unchanged' } : { status: 'found', revision, definition };
  };
