import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '#shared/http/verdict.ts';
import { judgeStanding, type Standing, standing } from './judge-standing.ts';

const verified = { verdict: 'user', app: 'sparky', user: 'u1', email: 'someone@example.org' } as const;
const admin: Verdict = { ...verified, role: 'admin' };
const active = (...roles: string[]): Standing => ({ status: 'active', roles });

describe('FS9 who has a good token', () => {
  test('is a user without a record, at first sight', () => {
    expect(judgeStanding(verified, undefined)).toEqual(verified);
  });
  test('is a user with one', () => {
    expect(judgeStanding(verified, active())).toEqual(verified);
    expect(judgeStanding({ verdict: 'user', app: 'sparky', user: 'u1' }, active())).toEqual({
      verdict: 'user',
      app: 'sparky',
      user: 'u1',
    });
  });
  test('is an admin if the record says so', () => {
    expect(judgeStanding(verified, active('admin'))).toEqual(admin);
    expect(judgeStanding(verified, active('editor', 'admin'))).toEqual(admin);
  });
  test.each(['Admin', 'administrator', 'admin ', 'editor'])('is none by the role "%s"', (role) => {
    expect(judgeStanding(verified, active(role))).toEqual(verified);
  });
  test('is none by a role that came from anywhere else', () => {
    for (const record of [undefined, active()])
      expect(judgeStanding({ ...verified, role: 'admin' }, record)).toEqual(verified);
  });
  test('is refused once deleted, admin or not', () => {
    for (const roles of [[], ['admin']])
      expect(judgeStanding(verified, { status: 'deleted', roles })).toEqual({
        verdict: 'refused',
        reason: 'user-deleted',
      });
  });
});

test('a tombstone keeps no roles', () => {
  expect(standing.parse({ status: 'deleted' })).toEqual({ status: 'deleted', roles: [] });
});

test.each([{}, { status: 'suspended' }, { roles: ['admin'] }, { status: 'active', roles: 'admin' }, { status: null }])(
  'a record that cannot be understood is no standing: %j',
  (record) => {
    expect(standing.safeParse(record).success).toBe(false);
  },
);
