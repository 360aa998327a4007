/** POST /v1/admin/daily-reset (FS11) */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Input } from '#shared/http/route.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { SendReset } from '../../../daily-reset/messages.ts';
import { dateOf, localDay } from '../../../domain/local-day.ts';
import type { routes } from '../../../routes.ts';
import { unknownApp } from '../refusals.ts';

export const startDailyReset =
  ({ catalog, sendReset, logger }: { catalog: Catalog; sendReset: SendReset; logger: Pick<Logger, 'info'> }) =>
  async ({ admin, body, at, correlationId }: Input<typeof routes.startDailyReset>) => {
    const { app, actor } = admin;
    const definition = await catalog.app(app);
    if (!definition) return unknownApp(app);
    await sendReset({ kind: 'page', app, actor, correlationId });
    // The ledger will say who and by which request; the reason belongs to the whole reset and no one account.
    logger.info('daily reset started by hand', { reason: body.reason });
    const day = dateOf(localDay(at, definition.zone));
    return { status: 202 as const, body: { app, day, correlation_id: correlationId } };
  };
