import { describe, expect, test } from '@jest/globals';
import { adminOf, callerOf, operatorOf } from './authentication.ts';
import { Problem } from './problem.ts';
import { refusalReason } from './verdict.ts';

const problemOf = (judge: (context: unknown) => unknown, context: unknown): Problem => {
  try {
    judge(context);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nobody was refused');
};
const refused = (reason: string) => ({ verdict: 'refused', reason });

describe('BM4 every reason to refuse has a status and a detail of its own', () => {
  const unreadable = ['issuer-unreachable', 'user-unreadable', 'admin-keys-unreachable'];
  const others = refusalReason.options.filter((reason) => !unreadable.includes(reason));

  test.each(others)('%s is 401, on routes of users, admins and operators', (reason) => {
    for (const judge of [callerOf, adminOf, operatorOf])
      expect(problemOf(judge, refused(reason))).toMatchObject({
        slug: 'unauthenticated',
        status: 401,
        retryAfterSeconds: undefined,
      });
  });
  test.each(unreadable)('%s is 503 with Retry-After: the caller may be in the right', (reason) => {
    for (const judge of [callerOf, adminOf, operatorOf])
      expect(problemOf(judge, refused(reason))).toMatchObject({
        slug: 'unavailable',
        status: 503,
        retryAfterSeconds: 5,
      });
  });
  test('no two details are the same', () => {
    const details = refusalReason.options.map((reason) => problemOf(callerOf, refused(reason)).detail);
    expect(new Set(details).size).toBe(refusalReason.options.length);
    expect(problemOf(callerOf, refused('user-deleted')).detail).toContain('deleted');
  });
});

describe('what is no verdict is nobody', () => {
  test.each([
    undefined,
    null,
    'user',
    {},
    { verdict: 'user' },
    { verdict: 'user', app: 'sparky' },
    { verdict: 'user', app: 'sparky', user: 'a#b' },
    { verdict: 'user', app: 'sparky', user: 'u1', role: 'root' },
    { verdict: 'refused', reason: 'unheard-of' },
    { verdict: 'operator' },
    { verdict: 'operator', key: 'mine' },
  ])('%j', (context) => {
    for (const judge of [callerOf, adminOf, operatorOf]) expect(problemOf(judge, context).status).toBe(401);
  });
});

test('FS9 a user without the role is no admin, and a key is no user', () => {
  const user = { verdict: 'user', app: 'sparky', user: 'u1' };
  const key = { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' };
  expect(problemOf(adminOf, user).status).toBe(403);
  expect(problemOf(callerOf, key).status).toBe(401);
  expect(adminOf({ ...user, role: 'admin' })).toEqual({ app: 'sparky', actor: 'admin:u1' });
  expect(adminOf(key)).toEqual({ app: 'sparky', actor: 'admin:key-0123456789ab' });
  expect(callerOf({ ...user, role: 'admin' })).toEqual({ app: 'sparky', user: 'u1' });
});

test('FS9 I8 an operator is of the deployment: no user, and no admin of any app; no admin is an operator', () => {
  const operator = { verdict: 'operator', key: 'key-0123456789ab' };
  expect(operatorOf(operator)).toEqual({ actor: 'operator:key-0123456789ab' });
  expect(problemOf(callerOf, operator).status).toBe(401);
  expect(problemOf(adminOf, operator).status).toBe(403);
  const user = { verdict: 'user', app: 'sparky', user: 'u1' };
  for (const other of [user, { ...user, role: 'admin' }, { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' }])
    expect(problemOf(operatorOf, other).status).toBe(403);
});
