import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { appId, ownerKey, parseOwnerKey, userId } from './owner.ts';

const apps = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4}){0,2}$/);
const users = fc.stringMatching(/^[A-Za-z0-9_.:|-]{1,40}$/);

describe('the key of an owner', () => {
  test('reads back, with what follows it', () => {
    fc.assert(
      fc.property(apps, users, fc.array(users, { maxLength: 3 }), (app, user, rest) => {
        expect(parseOwnerKey([ownerKey({ app, user }), ...rest].join('#'))).toEqual({ app, user, rest });
      }),
    );
  });
  test('is no other owner’s', () => {
    fc.assert(
      fc.property(apps, users, apps, users, (app, user, otherApp, otherUser) => {
        fc.pre(app !== otherApp || user !== otherUser);
        expect(ownerKey({ app, user })).not.toBe(ownerKey({ app: otherApp, user: otherUser }));
      }),
    );
  });
});

test.each(['sparky', 'product-studio', 'a1'])('%s is an app', (id) => {
  expect(appId.safeParse(id).success).toBe(true);
});
test.each(['', 'Sparky', 'a#b', '-a', 'a-', 'a--b', '1a', 'x'.repeat(41)])('"%s" is no app', (id) => {
  expect(appId.safeParse(id).success).toBe(false);
});

test.each(['0199c2d4-0000-7000-8000-000000000001', 'user_2abcDEF', 'auth0|123'])('%s is a user', (id) => {
  expect(userId.safeParse(id).success).toBe(true);
});
test.each(['', 'a#b', 'a b', 'a/b', 'ü', 'x'.repeat(129)])('"%s" is no user', (id) => {
  expect(userId.safeParse(id).success).toBe(false);
});
