/** POST /v1/me/activity (BM13), POST /v1/me/plays (BM8) */
import type { Input } from '#shared/http/route.ts';
import { localDate } from '../../domain/local-date.ts';
import { activityChange, playChange } from '../../domain/user.ts';
import type { routes } from '../../routes.ts';
import { firstSight } from '../../users/first-sight.ts';
import { activityOf, playOf } from '../../users/views.ts';
import type { MeDependencies } from './me.ts';
import { userLeft } from './refusals.ts';

type Dependencies = Pick<MeDependencies, 'users' | 'zoneOf'>;

export const recordActivity =
  ({ users, zoneOf }: Dependencies) =>
  async (input: Input<typeof routes.recordActivity>) => {
    const known = await firstSight(users)(input.user, input);
    if (known.status !== 'active') return userLeft();
    const today = localDate(input.at, await zoneOf(known));
    const outcome = await users.change(known, input, (record) => ({ change: activityChange(record, today) }));
    return 'user' in outcome ? { status: 200 as const, body: activityOf(outcome.user, today) } : userLeft();
  };

/** A request without a key counts once as well, should its write be made twice. */
const keyOf = ({ idempotencyKey, requestId }: Input<typeof routes.countPlay>): string =>
  idempotencyKey === undefined ? `request#${requestId}` : `key#${idempotencyKey}`;

export const countPlay =
  ({ users, zoneOf }: Dependencies) =>
  async (input: Input<typeof routes.countPlay>) => {
    const known = await firstSight(users)(input.user, input);
    if (known.status !== 'active') return userLeft();
    const { at } = input;
    const zone = await zoneOf(known);
    const today = localDate(at, zone);
    const outcome = await users.change(known, input, (record) => ({ change: playChange(record, today, keyOf(input)) }));
    return 'user' in outcome ? { status: 200 as const, body: playOf(outcome.user, { at, zone }) } : userLeft();
  };
