/** GET /v1/admin/generations/failures: the error log of the admin's app (BM3). */
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import type { Input } from '#shared/http/route.ts';
import type { routes } from '../../routes.ts';
import type { Failures } from '../../storage/failures.ts';
import { failureView } from '../views.ts';

export const listFailures =
  ({ failures }: { readonly failures: Pick<Failures, 'list'> }) =>
  async ({ admin, query: { cursor, ...query } }: Input<typeof routes.listFailures>) => {
    const after = decodeCursor(z.string().min(1).max(200), cursor);
    const { items, next } = await failures.list(admin.app, { ...query, after });
    return {
      status: 200,
      body: { data: items.map(failureView), next_cursor: next ? encodeCursor(next) : null },
    } as const;
  };
