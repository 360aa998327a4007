/** GET /v1/me/export */
import { uuidv7 } from 'uuidv7';
import type { Input } from '#shared/http/route.ts';
import type { SignExport } from '../../export/sign-export.ts';
import { exportAsked, isReady, keptUntil } from '../../export/user-export.ts';
import type { routes } from '../../routes.ts';
import { firstSight } from '../../users/first-sight.ts';
import type { UserTable } from '../../users/user-table.ts';
import { userLeft } from './refusals.ts';

export interface ExportDependencies {
  readonly users: UserTable;
  readonly signExport: SignExport;
}

export const getExport =
  ({ users, signExport }: ExportDependencies) =>
  async (input: Input<typeof routes.getExport>) => {
    const { user, at } = input;
    const known = await firstSight(users)(user, input);
    const id = uuidv7();
    const outcome = await users.change(known, input, (record) => ({ change: exportAsked(record, at, id) }));
    if (!('user' in outcome)) return userLeft();
    const asked = outcome.user.export;
    if (!asked) throw new Error('an export was asked for and is not there');
    if (!isReady(asked)) {
      const { requested_at } = asked;
      return { status: 202 as const, body: { status: 'preparing' as const, requested_at } };
    }
    const { bytes, made_at } = asked;
    const { url, expiresAt } = await signExport(user, asked.id, at);
    const body = {
      status: 'ready' as const,
      url,
      url_expires_at: expiresAt,
      bytes,
      made_at,
      expires_at: keptUntil(asked),
    };
    return { status: 200 as const, body };
  };
