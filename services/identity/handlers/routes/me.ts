/** GET and PATCH of /v1/me (BM1, SP2) */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { type ActiveUser, profileChange } from '../../domain/user.ts';
import type { routes } from '../../routes.ts';
import { firstSight } from '../../users/first-sight.ts';
import { definitionOf, type ZoneOf } from '../../users/local-zone.ts';
import type { UserTable } from '../../users/user-table.ts';
import { userOf } from '../../users/views.ts';
import { userLeft } from './refusals.ts';

export interface MeDependencies {
  readonly users: UserTable;
  readonly zoneOf: ZoneOf;
  readonly catalog: Catalog;
}

/** Every write makes another version, a counted play too: whoever is told 412 reads again. */
const tagOf = ({ version }: ActiveUser): string => `"${version}"`;

const reply = async (
  zoneOf: ZoneOf,
  record: ActiveUser,
  { user, at }: Pick<Input<typeof routes.getMe>, 'user' | 'at'>,
) => ({
  status: 200 as const,
  body: userOf(record, { at, zone: await zoneOf(record) }, user.email),
  headers: { etag: tagOf(record) },
});

export const getMe =
  ({ users, zoneOf }: MeDependencies) =>
  async (input: Input<typeof routes.getMe>) => {
    const record = await firstSight(users)(input.user, input);
    return record.status === 'active' ? reply(zoneOf, record, input) : userLeft();
  };

/** RFC 9110 section 13.1.1: compared strongly, so that `W/` never matches. Lists are read up to the 50th. */
const matches = (ifMatch: string | undefined, tag: string): boolean =>
  ifMatch === undefined ||
  ifMatch.trim() === '*' ||
  ifMatch.split(',', 50).some((candidate) => candidate.trim() === tag);

export const changeMe =
  ({ users, zoneOf, catalog }: MeDependencies) =>
  async (input: Input<typeof routes.changeMe>) => {
    const { user, body, headers } = input;
    if (body.locale != null && !(await definitionOf(catalog, user.app))?.locales.includes(body.locale))
      return refuse('locale-unknown', {
        detail: `The app has no texts in "${body.locale}".`,
        errors: [{ pointer: '/body/locale', detail: "is not among the app's locales" }],
      });
    const known = await firstSight(users)(user, input);
    const outcome = await users.change<'record-changed'>(known, input, (record) =>
      matches(headers['if-match'], tagOf(record))
        ? { change: profileChange(record, body) }
        : { rejection: 'record-changed' },
    );
    if ('user' in outcome) return reply(zoneOf, outcome.user, input);
    return outcome.rejection === 'user-left'
      ? userLeft()
      : refuse('record-changed', { detail: 'Read the record again, and change what it says now.' });
  };
