import { expect, jest, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Verdict } from '#shared/http/verdict.ts';
import { authorize } from './authorize.ts';

const request = (headers?: Record<string, string>): APIGatewayRequestAuthorizerEventV2 =>
  ({ version: '2.0', type: 'REQUEST', headers, requestContext: { requestId: 'r1' } }) as never;

const setup = (verifyToken: (authorization: string | undefined) => Promise<Verdict>) => {
  const logger = { info: jest.fn(), error: jest.fn() };
  return { logger, handler: authorize({ verifyToken, logger: logger as never }) };
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
  expect(logger.info).toHaveBeenCalledWith('token refused', { requestId: 'r1', reason: 'token-missing' });
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
