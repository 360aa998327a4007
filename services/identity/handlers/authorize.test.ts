import { expect, jest, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Verdict } from '#shared/http/verdict.ts';
import { authorize } from './authorize.ts';

const request = (headers?: Record<string, string>): APIGatewayRequestAuthorizerEventV2 =>
  ({ version: '2.0', type: 'REQUEST', headers, requestContext: { requestId: 'r1' } }) as never;

const untrusted: Verdict = { verdict: 'refused', reason: 'admin-key-untrusted' };

const setup = (
  verifyToken: (authorization: string | undefined) => Promise<Verdict>,
  judgeKey: (header: string) => Promise<Verdict> = async () => untrusted,
) => {
  const logger = { info: jest.fn(), error: jest.fn() };
  return { logger, handler: authorize({ verifyToken, judgeKey, logger: logger as never }) };
};

test('a user passes with the verdict as context', async () => {
  const { handler, logger } = setup(async (token) => ({ verdict: 'user', app: 'sparky', user: token ?? '' }));
  expect(await handler(request({ authorization: 'u1' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'user', app: 'sparky', user: 'u1' },
  });
  expect(logger.info).not.toHaveBeenCalled();
});

test('a refused token passes the gateway as refused, for the route to answer', async () => {
  const { handler, logger } = setup(async (token) => ({
    verdict: 'refused',
    reason: token === undefined ? 'token-missing' : 'token-expired',
  }));
  expect(await handler(request())).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'token-missing' },
  });
  expect(logger.info).toHaveBeenCalledWith('caller refused', { requestId: 'r1', reason: 'token-missing' });
});

test('a failure of the verifier refuses, and the token is not logged', async () => {
  const { handler, logger } = setup(async () => {
    throw new Error('broken');
  });
  expect(await handler(request({ authorization: 'Bearer secret' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'issuer-unreachable' },
  });
  expect(logger.error).toHaveBeenCalledTimes(1);
  expect(JSON.stringify([logger.error.mock.calls, logger.info.mock.calls])).not.toContain('secret');
});

test('FS9 who shows an admin key acts by that key alone', async () => {
  const asUser = async (): Promise<Verdict> => ({ verdict: 'user', app: 'sparky', user: 'u1', role: 'admin' });
  const { handler } = setup(asUser, async (key) =>
    key === 'good' ? { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } : untrusted,
  );
  const both = (key: string) => handler(request({ authorization: 'u1', 'x-admin-key': key }));
  expect((await both('good')).context).toEqual({ verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' });
  expect((await both('bad')).context).toEqual(untrusted);
  expect((await both('')).context).toEqual(untrusted);
});

test('a failure to judge a key refuses, and the key is not logged', async () => {
  const { handler, logger } = setup(
    async () => untrusted,
    async () => {
      throw new Error('broken');
    },
  );
  expect(await handler(request({ 'x-admin-key': 'adm_sparky_secret' }))).toEqual({
    isAuthorized: true,
    context: { verdict: 'refused', reason: 'admin-keys-unreachable' },
  });
  expect(JSON.stringify([logger.error.mock.calls, logger.info.mock.calls])).not.toContain('adm_sparky_secret');
});
