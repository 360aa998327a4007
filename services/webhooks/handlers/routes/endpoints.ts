/** An app's endpoints (X9): /v1/admin/webhooks, …/{id}, …/{id}/secret/rotate */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { commonProblem } from '#shared/http/problem.ts';
import { type Input, type Refusal, refuse } from '#shared/http/route.ts';
import { idSchema, newId } from '#shared/ids.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import type { TrustsHost } from '#shared/net/public-http.ts';
import { addressFault } from '../../delivering/address-fault.ts';
import { type Endpoint, maxEndpoints, maxRetired, rotated } from '../../domain/endpoint.ts';
import type { routes } from '../../routes.ts';
import type { SecretsOf } from '../../signing/endpoint-secrets.ts';
import type { EndpointTable, Made } from '../../storage/endpoint-table.ts';
import { webhookView } from '../../views.ts';

export interface EndpointDependencies {
  readonly endpoints: EndpointTable;
  readonly secretsOf: SecretsOf;
  readonly trusts: TrustsHost;
}

export const webhookUnknown = () => refuse('webhook-unknown');

const fingerprintOf = (body: object): string =>
  createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex');

const withSecret = async ({ secretsOf }: Pick<EndpointDependencies, 'secretsOf'>, endpoint: Endpoint, at: string) => {
  const [secret] = await secretsOf(endpoint, [endpoint.secretVersion]).catch((error: unknown) => {
    throw error instanceof SourceUnavailable ? commonProblem('unavailable', { retryAfterSeconds: 2 }) : error;
  });
  if (secret === undefined) throw new Error('one version gives one secret');
  return { ...webhookView(endpoint, at), secret };
};

const checkUrl = (url: string | undefined, trusts: TrustsHost): Refusal<'request-invalid'> | undefined => {
  const detail = url === undefined ? undefined : addressFault(url, trusts);
  return detail === undefined
    ? undefined
    : refuse('request-invalid', { detail: `/body/url: ${detail}`, errors: [{ pointer: '/body/url', detail }] });
};

export const createWebhook =
  (deps: EndpointDependencies) =>
  async ({ admin: { app }, body, idempotencyKey: key, at }: Input<typeof routes.createWebhook>) => {
    const { endpoints, trusts } = deps;
    const by = key === undefined ? undefined : { key, fingerprint: fingerprintOf(body) };
    const again = async (made: Made) => {
      if (made.fingerprint !== by?.fingerprint) return refuse('idempotency-mismatch');
      const endpoint = await endpoints.get(app, made.endpoint);
      if (!endpoint) return refuse('webhook-removed', { detail: 'Send the request with a new key to make another.' });
      return { status: 201, body: await withSecret(deps, endpoint, at) } as const;
    };
    const made = by && (await endpoints.madeBy(app, by.key));
    if (made) return again(made);
    const refused = checkUrl(body.url, trusts);
    if (refused) return refused;
    const endpoint: Endpoint = {
      app,
      id: newId('whk'),
      url: body.url,
      events: body.events,
      description: body.description,
      active: true,
      secretVersion: 1,
      retired: [],
      createdAt: at,
      updatedAt: at,
    };
    // Before it is kept: a webhook whose secret nobody was told is of no use.
    const shown = await withSecret(deps, endpoint, at);
    const outcome = await endpoints.create(endpoint, by);
    if (outcome === 'full')
      return refuse('webhooks-too-many', { detail: `At most ${maxEndpoints} webhooks are kept. Remove some first.` });
    if (outcome !== 'created') return again(outcome);
    return { status: 201, body: shown } as const;
  };

export const listWebhooks =
  ({ endpoints }: Pick<EndpointDependencies, 'endpoints'>) =>
  async ({ admin, query, at }: Input<typeof routes.listWebhooks>) => {
    const before = decodeCursor(idSchema('whk'), query.cursor);
    const { endpoints: found, next } = await endpoints.list(admin.app, { limit: query.limit, before });
    const data = found.map((endpoint) => webhookView(endpoint, at));
    return { status: 200, body: { data, next_cursor: next ? encodeCursor(next) : null } } as const;
  };

export const getWebhook =
  ({ endpoints }: Pick<EndpointDependencies, 'endpoints'>) =>
  async ({ admin, path, at }: Input<typeof routes.getWebhook>) => {
    const endpoint = await endpoints.get(admin.app, path.id);
    return endpoint ? ({ status: 200, body: webhookView(endpoint, at) } as const) : webhookUnknown();
  };

/** The last one counts. A change of nothing is not written. */
export const changeWebhook =
  ({ endpoints, trusts }: Pick<EndpointDependencies, 'endpoints' | 'trusts'>) =>
  async ({ admin: { app }, path, body, at }: Input<typeof routes.changeWebhook>) => {
    const known = await endpoints.get(app, path.id);
    if (!known) return webhookUnknown();
    const refused = checkUrl(body.url, trusts);
    if (refused) return refused;
    // Whoever switches it on again, or has it go elsewhere, knows better than the last answer.
    const anew = body.active === true || body.url !== undefined ? { gone: null } : {};
    const change = { ...body, ...anew, updatedAt: at };
    const endpoint = Object.keys(body).length === 0 ? known : await endpoints.change(app, path.id, change);
    return endpoint ? ({ status: 200, body: webhookView(endpoint, at) } as const) : webhookUnknown();
  };

export const deleteWebhook =
  ({ endpoints }: Pick<EndpointDependencies, 'endpoints'>) =>
  async ({ admin, path }: Input<typeof routes.deleteWebhook>) =>
    (await endpoints.remove(admin.app, path.id)) ? ({ status: 204, body: undefined } as const) : webhookUnknown();

/** Asked twice, the secret is replaced twice, and each of them signs for a day. */
export const rotateSecret =
  (deps: EndpointDependencies) =>
  async ({ admin, path, at }: Input<typeof routes.rotateSecret>) => {
    const { endpoints } = deps;
    const known = await endpoints.get(admin.app, path.id);
    if (!known) return webhookUnknown();
    const rotation = rotated(known, at);
    if (rotation === 'too-many')
      return refuse('rotations-too-many', {
        detail: `At most ${maxRetired} replaced secrets sign along. Wait until the oldest of them has had its 24 hours.`,
      });
    const endpoint = await endpoints.rotate(known, { ...rotation, updatedAt: at });
    if (!endpoint) throw new ContentionError('the secret was replaced by somebody else');
    return { status: 200, body: await withSecret(deps, endpoint, at) } as const;
  };
