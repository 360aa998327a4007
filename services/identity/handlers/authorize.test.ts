import { expect, jest, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Verdict } from '#shared/http/verdict.ts';
import { type AuthorizeOptions, authorize } from './authorize.ts';

const request = (headers?: Record<string, string>): APIGatewayRequestAuthorizerEventV2 =>
  ({ version: '2.0', type: 'REQUEST', headers, requestContext: { requestId: 'r1' } }) as never;

const untrusted: Verdict = { verdict: 'refused', reason: 'admin-key-untrusted' };

const failing = async () => {
  throw new Error('broken');
};

const setup = ({
  verifyToken = async () => ({ verdict: 'refused', reason: 'token-missing' }),
  readStanding = async () => undefined,
  judgeKey = async () => untrusted,
}: Partial<AuthorizeOptions> = {}) => {
  const logger = { info: jest.fn(), error: jest.fn() };
  const standingOf = jest.fn(readStanding);
  const handler = authorize({ verifyToken, readStanding: standingOf, judgeKey, logger: logger as never });
  return {
    logger,
    handler,
    standingOf,
    logged: () => JSON.stringify([logger.error.mock.calls, logger.info.mock.calls]),
  };
};

/** The token is the user's id. */
const asUser = async (token: string | undefined): Promise<Verdict> => ({
  verdict: 'user',
  app: 'sparky',
  user: token ?? '',
});

test('a user passes with the verdict as context', async () => {
  const { handler, logger, standingOf } = setup({ verifyToken: asUser });
  expect(await handler(request({ authorization: 'u1' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'user', app: 'sparky', user: 'u1' },
  });
  expect(standingOf.mock.calls).toEqual([[expect.objectContaining({ app: 'sparky', user: 'u1' })]]);
  expect(logger.info).not.toHaveBeenCalled();
});

test('FS9 the record makes an admin, whatever the token says', async () => {
  const claiming = async (token: string | undefined): Promise<Verdict> => ({
    verdict: 'user',
    app: 'sparky',
    user: token ?? '',
    role: 'admin',
  });
  const readStanding: AuthorizeOptions['readStanding'] = async ({ user }) =>
    user === 'boss' ? { status: 'active', roles: ['admin'] } : { status: 'active', roles: [] };
  const { handler } = setup({ verifyToken: claiming, readStanding });
  const roleOf = async (user: string) => (await handler(request({ authorization: user }))).context;
  expect(await roleOf('boss')).toEqual({ verdict: 'user', app: 'sparky', user: 'boss', role: 'admin' });
  expect(await roleOf('clever')).toEqual({ verdict: 'user', app: 'sparky', user: 'clever' });
});

test('a deleted user is refused, though the token is good', async () => {
  const { handler, logger } = setup({
    verifyToken: asUser,
    readStanding: async () => ({ status: 'deleted', roles: ['admin'] }),
  });
  const context = { verdict: 'refused', reason: 'user-deleted' };
  expect(await handler(request({ authorization: 'u1' }))).toEqual({ isAuthorized: true, context });
  expect(logger.info).toHaveBeenCalledWith('caller refused', { requestId: 'r1', reason: 'user-deleted' });
});

test('when the record cannot be read nobody passes, and the token is not logged', async () => {
  const { handler, logged } = setup({ verifyToken: asUser, readStanding: failing });
  expect((await handler(request({ authorization: 'Bearer secret' }))).context).toEqual({
    verdict: 'refused',
    reason: 'user-unreadable',
  });
  expect(logged()).not.toContain('secret');
});

test('a refused token passes the gateway as refused, for the route to answer', async () => {
  const { handler, logger, standingOf } = setup();
  expect(await handler(request())).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'token-missing' },
  });
  expect(logger.info).toHaveBeenCalledWith('caller refused', { requestId: 'r1', reason: 'token-missing' });
  expect(standingOf).not.toHaveBeenCalled();
});

test('a failure of the verifier refuses, and the token is not logged', async () => {
  const { handler, logger, logged, standingOf } = setup({ verifyToken: failing });
  expect(await handler(request({ authorization: 'Bearer secret' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'issuer-unreachable' },
  });
  expect(logger.error).toHaveBeenCalledTimes(1);
  expect(logged()).not.toContain('secret');
  expect(standingOf).not.toHaveBeenCalled();
});

test('FS9 who shows an admin key acts by that key alone, and no record is read', async () => {
  const { handler, standingOf } = setup({
    verifyToken: asUser,
    readStanding: async () => ({ status: 'active', roles: ['admin'] }),
    judgeKey: async (key) =>
      key === 'good' ? { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } : untrusted,
  });
  const both = (key: string) => handler(request({ authorization: 'u1', 'x-admin-key': key }));
  expect((await both('good')).context).toEqual({ verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' });
  expect((await both('bad')).context).toEqual(untrusted);
  expect((await both('')).context).toEqual(untrusted);
  expect(standingOf).not.toHaveBeenCalled();
});

test('a failure to judge a key refuses, and the key is not logged', async () => {
  const { handler, logged } = setup({ judgeKey: failing });
  expect(await handler(request({ 'x-admin-key': 'adm_sparky_secret' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'admin-keys-unreachable' },
  });
  expect(logged()).not.toContain('adm_sparky_secret');
});
