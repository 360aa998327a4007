/**
 * POST /webhooks/providers/{provider}/{app}?callback=…: a provider tells of its task. Sent twice, late or replayed, it is one
 * more look at the task; nothing that it says is believed but which task it is.
 */
import { type Input, refuse } from '#shared/http/route.ts';
import type { Id } from '#shared/ids.ts';
import type { ReadCallback } from '../../callbacks/callback-url.ts';
import type { ProvidersOf } from '../../providers/registry.ts';
import type { webhookRoutes } from '../../routes.ts';
import type { SendFollow } from '../../worker/follow-message.ts';

export interface ProviderWebhookDeps {
  readonly providersOf: ProvidersOf;
  readonly readCallback: ReadCallback;
  readonly follow: SendFollow;
}

const unknown = () => refuse('callback-unknown', { detail: 'This URL was not given to a provider.' });

export const receiveProviderWebhook =
  ({ providersOf, readCallback, follow }: ProviderWebhookDeps) =>
  async ({
    path,
    query,
    rawBody,
    headers,
    at,
    correlationId,
    requestId,
  }: Input<typeof webhookRoutes.receiveProviderWebhook>) => {
    const callback = await readCallback(query.callback);
    if (!callback || callback.app !== path.app || callback.provider !== path.provider) return unknown();
    const { app, user, jobId, attempt, provider: name, model } = callback;
    const provider = (await providersOf(app))[name];
    if (!provider?.tasks) return unknown();
    const body = Buffer.from(rawBody);
    const reading = await provider.tasks.readWebhook({ headers, body, receivedAtMs: Date.parse(at) });
    if (!reading)
      return refuse('callback-untrusted', {
        detail: 'The signature does not fit the body, or the message is too old.',
      });
    const { taskId, isOver } = reading;
    const told = { kind: 'told', taskId, attempt, provider: name, model, isOver } as const;
    await follow({ ...told, app, user, jobId: jobId as Id<'gen'>, correlationId, causationId: requestId }, 0);
    return { status: 202, body: {} } as const;
  };
