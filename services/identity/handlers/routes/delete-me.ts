/** DELETE /v1/me, DELETE /v1/admin/users/{user} */
import type { Input } from '#shared/http/route.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Leave } from '../../deletion/tombstones.ts';
import type { routes } from '../../routes.ts';

export interface LeaveDependencies {
  readonly leave: Leave;
  readonly logger: Pick<Logger, 'info'>;
}

/** From the next request on the token is refused; what services hold goes within moments, stragglers within two hours. */
export const deleteMe =
  ({ leave }: LeaveDependencies) =>
  async (input: Input<typeof routes.deleteMe>) => {
    await leave(input.user, input);
    return { status: 204 as const, body: undefined };
  };

/** Also of a user whom nobody has seen: their sign-up may be under way. */
export const deleteUser =
  ({ leave, logger }: LeaveDependencies) =>
  async (input: Input<typeof routes.deleteUser>) => {
    const { admin, path } = input;
    await leave({ app: admin.app, user: path.user }, input);
    logger.info('user deleted', { of: path.user, actor: admin.actor });
    return { status: 204 as const, body: undefined };
  };
