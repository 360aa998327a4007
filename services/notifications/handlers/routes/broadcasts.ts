/** What an admin tells many (SP5): /v1/admin/broadcasts, …/{id}, …/{id}/stop */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type * as z from 'zod';
import { type AppDefinition, type Catalog, namesIn } from '#services/catalog/contracts.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { idSchema, newId } from '#shared/ids.ts';
import type { SendBroadcast } from '../../broadcasts/message.ts';
import type { routes } from '../../routes.ts';
import type { Broadcast, BroadcastTable, Made } from '../../storage/broadcast-table.ts';
import type { broadcast, newBroadcast } from '../../views.ts';

export interface BroadcastDependencies {
  readonly broadcasts: Pick<BroadcastTable, 'madeBy' | 'create' | 'get' | 'list' | 'stop'>;
  readonly catalog: Catalog;
  readonly wake: SendBroadcast;
}
type NewBroadcast = z.output<typeof newBroadcast>;

/** Faults told at most. */
const maxErrors = 50;

const broadcastUnknown = () => refuse('broadcast-unknown');

const fingerprintOf = (body: NewBroadcast): string =>
  createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex');

const textFields = ['title_key', 'message_key'] as const;

/** Users read in any of the app's languages, and a client has no words of its own for a new offer. */
const textMissing = (definition: AppDefinition, body: NewBroadcast): Refusal<'text-missing'> | undefined => {
  const { locales, texts } = definition;
  const errors = textFields.flatMap((field) => {
    const without = locales.filter((locale) => !Object.hasOwn(texts[locale] ?? {}, body[field]));
    const detail = `has no text in ${without.join(', ')}`;
    return without.length === 0 ? [] : [{ pointer: `/body/${field}`, detail }];
  });
  const detail = 'Add the texts to the app’s offer first.';
  return errors.length === 0 ? undefined : refuse('text-missing', { detail, errors });
};

/** A parameter `<name>_key` is the key of a text that stands for `{<name>}`. */
const isFilled = (params: NewBroadcast['params'], name: string): boolean =>
  Object.hasOwn(params, name) || Object.hasOwn(params, `${name}_key`);

/** Users would read the placeholder itself. */
const parameterMissing = (
  { locales, texts }: AppDefinition,
  { params, ...body }: NewBroadcast,
): Refusal<'request-invalid'> | undefined => {
  const uses = textFields.flatMap((field) =>
    locales.flatMap((locale) =>
      namesIn(texts[locale]?.[body[field]] ?? '')
        .filter((name) => !isFilled(params, name))
        .map((name) => ({ name, of: `${field} in ${locale}` })),
    ),
  );
  const places = Map.groupBy(uses, ({ name }) => name);
  const errors = [...places].slice(0, maxErrors).map(([name, all]) => {
    const where = [...new Set(all.map(({ of }) => of))].join(', ');
    return { pointer: '/body/params', detail: `has nothing for {${name}}: ${where}` };
  });
  const detail = 'The texts have placeholders that no parameter fills.';
  return errors.length === 0 ? undefined : refuse('request-invalid', { detail, errors });
};

const refusalOf = (
  definition: AppDefinition | undefined,
  body: NewBroadcast,
): Refusal<'request-invalid' | 'plan-unknown' | 'text-missing'> | undefined => {
  if (!definition) return refuse('request-invalid', { detail: 'The catalog does not know the app.' });
  const { audience } = body;
  if (audience.to === 'plan' && !definition.plans.some(({ id }) => id === audience.plan)) return refuse('plan-unknown');
  return textMissing(definition, body) ?? parameterMissing(definition, body);
};

const broadcastView = (one: Broadcast): z.input<typeof broadcast> => {
  const { id, type, title_key, message_key, params, url, audience, status, sent, passed_over, unknown } = one;
  const { created_by, created_at, finished_at } = one;
  const content = { id, type, title_key, message_key, params, url, audience };
  return { ...content, status, sent, passed_over, unknown, created_by, created_at, finished_at };
};

export const createBroadcast =
  ({ broadcasts, catalog, wake }: BroadcastDependencies) =>
  async ({ admin, body, idempotencyKey: key, correlationId, at }: Input<typeof routes.createBroadcast>) => {
    const { app, actor } = admin;
    const fingerprint = fingerprintOf(body);
    const accepted = async (one: Broadcast) => {
      // Also where it was known: what made it may have come to an end before it sent this.
      if (one.status === 'sending') await wake({ app, broadcast: one.id });
      return { status: 202, body: broadcastView(one) } as const;
    };
    const again = async (made: Made) => {
      if (made.fingerprint !== fingerprint) return refuse('idempotency-mismatch');
      const one = await broadcasts.get(app, made.broadcast);
      return one ? accepted(one) : broadcastUnknown();
    };
    const made = await broadcasts.madeBy(app, key);
    if (made) return again(made);
    const refused = refusalOf(await catalog.app(app), body);
    if (refused) return refused;
    const { type, title_key, message_key, params, url, audience } = body;
    const one: Broadcast = {
      app,
      id: newId('ntf'),
      type,
      title_key,
      message_key,
      params,
      url,
      audience,
      status: 'sending',
      sent: 0,
      passed_over: 0,
      unknown: 0,
      created_by: actor,
      created_at: at,
      finished_at: null,
      correlation_id: correlationId,
      page: 0,
    };
    const outcome = await broadcasts.create(one, { key, fingerprint });
    return outcome === 'created' ? accepted(one) : again(outcome);
  };

export const listBroadcasts =
  ({ broadcasts }: Pick<BroadcastDependencies, 'broadcasts'>) =>
  async ({ admin, query }: Input<typeof routes.listBroadcasts>) => {
    const before = decodeCursor(idSchema('ntf'), query.cursor);
    const { broadcasts: found, next } = await broadcasts.list(admin.app, { limit: query.limit, before });
    const body = { data: found.map(broadcastView), next_cursor: next ? encodeCursor(next) : null };
    return { status: 200, body } as const;
  };

export const getBroadcast =
  ({ broadcasts }: Pick<BroadcastDependencies, 'broadcasts'>) =>
  async ({ admin, path }: Input<typeof routes.getBroadcast>) => {
    const one = await broadcasts.get(admin.app, path.id);
    return one ? ({ status: 200, body: broadcastView(one) } as const) : broadcastUnknown();
  };

/** Stopped twice it is stopped. */
export const stopBroadcast =
  ({ broadcasts }: Pick<BroadcastDependencies, 'broadcasts'>) =>
  async ({ admin: { app }, path, at }: Input<typeof routes.stopBroadcast>) => {
    const one = (await broadcasts.stop(app, path.id, at)) ?? (await broadcasts.get(app, path.id));
    if (!one) return broadcastUnknown();
    return one.status === 'stopped'
      ? ({ status: 200, body: broadcastView(one) } as const)
      : refuse('broadcast-over', { detail: 'Everybody has been told.' });
  };
