/** What everybody may see of an app: GET /v1/apps/{app}/catalog and its parts. */
import { cacheableReply } from '#shared/http/entity-tag.ts';
import { commonProblem } from '#shared/http/problem.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import type { AppDefinition } from '../../contracts.ts';
import { publicCatalog, publicOptions, publicTexts, publicTools } from '../../domain/public-catalog.ts';
import type { CatalogRejection } from '../../problems.ts';
import type { routes } from '../../routes.ts';
import type { ServedOffers } from '../../served-offers.ts';

/** A change shows within a minute. */
const maxAgeSeconds = 60;

interface PublicInput {
  readonly path: { readonly app: string };
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface Dependencies {
  readonly served: Pick<ServedOffers, 'read'>;
}

const unavailable = (error: unknown): never => {
  if (error instanceof SourceUnavailable) throw commonProblem('unavailable', { retryAfterSeconds: 2 });
  throw error;
};

/** A view of a public app's definition, or why there is none. */
const showing =
  <In extends PublicInput, Body, Rejection extends CatalogRejection = never>(
    view: (definition: AppDefinition, input: In) => { readonly body: Body } | Refusal<Rejection>,
  ) =>
  ({ served }: Dependencies) =>
  async (input: In) => {
    const { app } = input.path;
    const definition = (await served.read(app).catch(unavailable))?.definition;
    if (definition === undefined || definition.internal)
      return refuse('app-unknown', { detail: `No app "${app}" is served here.` });
    const seen = view(definition, input);
    return 'rejection' in seen ? seen : cacheableReply({ headers: input.headers, maxAgeSeconds }, seen.body);
  };

const wholeList = <Item>(data: Item[]) => ({ body: { data, next_cursor: null } });

export const getCatalog = showing((definition, _: Input<typeof routes.getCatalog>) => ({
  body: publicCatalog(definition),
}));

export const listTools = showing((definition, _: Input<typeof routes.listTools>) => wholeList(publicTools(definition)));

export const getTool = showing((definition, { path }: Input<typeof routes.getTool>) => {
  const tool = publicTools(definition).find(({ id }) => id === path.id);
  return tool ? { body: tool } : refuse('tool-unknown', { detail: `There is no tool "${path.id}".` });
});

export const listOptions = showing((definition, { path, query }: Input<typeof routes.listOptions>) => {
  const list = publicOptions(definition, path.kind, query);
  return list ? wholeList(list) : refuse('option-kind-unknown', { detail: `There are no options "${path.kind}".` });
});

export const listPlans = showing(({ plans }, _: Input<typeof routes.listPlans>) => wholeList(plans));

export const listPacks = showing(({ packs }, _: Input<typeof routes.listPacks>) => wholeList(packs));

export const getTexts = showing((definition, { path }: Input<typeof routes.getTexts>) => {
  const { locale } = path;
  const texts = publicTexts(definition, locale);
  return texts
    ? { body: { locale, texts } }
    : refuse('locale-unknown', { detail: `There are texts in ${definition.locales.join(', ')}.` });
});
