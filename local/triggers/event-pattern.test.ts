import { describe, expect, test } from '@jest/globals';
import { compilePattern } from './event-pattern.ts';

const event = {
  source: 'tessera.generation',
  'detail-type': 'JobSucceeded',
  account: '123456789012',
  detail: {
    app: 'sparky',
    path: 'a/b.PNG',
    credits: 5,
    ratio: 1.5,
    zero: 0,
    done: true,
    error: null,
    empty: '',
    list: [],
    ip: '10.1.2.3',
    ip6: '2001:db8::1',
    tags: ['new', 'Big', 3, ['deep']],
    star: 'a*b',
    item: { id: 'x', deep: { leaf: 'y' } },
    rows: [
      { name: 'a', cost: 1 },
      { name: 'b', cost: 2 },
    ],
  },
};

type Row = [pattern: Record<string, unknown>, matches: boolean];
const table = (name: string, rows: Row[]) =>
  describe(name, () => {
    test.each(rows)('%j → %s', (detail, matches) => {
      expect(compilePattern({ detail })(event)).toBe(matches);
    });
  });

table('exact values keep their type', [
  [{ app: ['sparky'] }, true],
  [{ app: ['Sparky'] }, false],
  [{ app: ['other', 'sparky'] }, true],
  [{ credits: [5] }, true],
  [{ credits: [5.0] }, true],
  [{ credits: ['5'] }, false],
  [{ done: [true] }, true],
  [{ done: ['true'] }, false],
  [{ error: [null] }, true],
  [{ absent: [null] }, false],
  [{ empty: [''] }, true],
  [{ empty: [null] }, false],
  [{ app: ['sparky'], credits: [5] }, true],
  [{ app: ['sparky'], credits: [6] }, false],
  [{ item: { deep: { leaf: ['y'] } } }, true],
  [{ item: ['x'] }, false],
  [{ toString: ['x'] }, false],
]);

table('lists in the event match by any element', [
  [{ tags: ['new'] }, true],
  [{ tags: [3] }, true],
  [{ tags: ['deep'] }, true],
  [{ tags: ['old'] }, false],
  [{ list: ['x'] }, false],
  [{ rows: { name: ['a'] } }, true],
  [{ rows: { name: ['a'], cost: [1] } }, true],
  [{ rows: { name: ['a'], cost: [2] } }, false],
]);

table('text operators', [
  [{ app: [{ prefix: 'spa' }] }, true],
  [{ app: [{ prefix: 'SPA' }] }, false],
  [{ app: [{ prefix: { 'equals-ignore-case': 'SPA' } }] }, true],
  [{ app: [{ prefix: '' }] }, true],
  [{ credits: [{ prefix: '5' }] }, false],
  [{ path: [{ suffix: '.PNG' }] }, true],
  [{ path: [{ suffix: '.png' }] }, false],
  [{ path: [{ suffix: { 'equals-ignore-case': '.png' } }] }, true],
  [{ app: [{ 'equals-ignore-case': 'SPARKY' }] }, true],
  [{ app: [{ 'equals-ignore-case': 'spark' }] }, false],
  [{ tags: [{ 'equals-ignore-case': 'bIG' }] }, true],
  [{ path: [{ wildcard: 'a/*.PNG' }] }, true],
  [{ path: [{ wildcard: '*' }] }, true],
  [{ path: [{ wildcard: '*b*' }] }, true],
  [{ path: [{ wildcard: 'a*a*' }] }, false],
  [{ path: [{ wildcard: 'a/b.PNG' }] }, true],
  [{ path: [{ wildcard: 'a/b' }] }, false],
  [{ star: [{ wildcard: 'a\\*b' }] }, true],
  [{ app: [{ wildcard: 'a\\*b' }] }, false],
  [{ app: [{ wildcard: 'sparky*y' }] }, false],
]);

table('anything-but', [
  [{ app: [{ 'anything-but': 'other' }] }, true],
  [{ app: [{ 'anything-but': 'sparky' }] }, false],
  [{ app: [{ 'anything-but': ['a', 'sparky'] }] }, false],
  [{ app: [{ 'anything-but': ['a', 'b'] }] }, true],
  [{ credits: [{ 'anything-but': 5 }] }, false],
  [{ credits: [{ 'anything-but': [1, 2] }] }, true],
  [{ credits: [{ 'anything-but': '5' }] }, true],
  [{ absent: [{ 'anything-but': 'x' }] }, false],
  [{ error: [{ 'anything-but': 'x' }] }, true],
  [{ tags: [{ 'anything-but': 'new' }] }, true],
  [{ app: [{ 'anything-but': { prefix: 'spa' } }] }, false],
  [{ app: [{ 'anything-but': { prefix: ['x', 'spa'] } }] }, false],
  [{ app: [{ 'anything-but': { suffix: 'x' } }] }, true],
  [{ path: [{ 'anything-but': { wildcard: '*.PNG' } }] }, false],
  [{ path: [{ 'anything-but': { wildcard: ['*.jpg', '*.gif'] } }] }, true],
  [{ app: [{ 'anything-but': { 'equals-ignore-case': ['SPARKY'] } }] }, false],
  [{ app: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'SPA' } } }] }, false],
]);

table('numeric', [
  [{ credits: [{ numeric: ['=', 5] }] }, true],
  [{ credits: [{ numeric: ['>', 5] }] }, false],
  [{ credits: [{ numeric: ['>=', 5] }] }, true],
  [{ credits: [{ numeric: ['>', 0, '<=', 5] }] }, true],
  [{ credits: [{ numeric: ['>', 0, '<', 5] }] }, false],
  [{ ratio: [{ numeric: ['<', 1.6] }] }, true],
  [{ zero: [{ numeric: ['<=', 0] }] }, true],
  [{ app: [{ numeric: ['>', 0] }] }, false],
  [{ tags: [{ numeric: ['=', 3] }] }, true],
]);

table('exists looks at leaves', [
  [{ app: [{ exists: true }] }, true],
  [{ absent: [{ exists: true }] }, false],
  [{ absent: [{ exists: false }] }, true],
  [{ app: [{ exists: false }] }, false],
  [{ error: [{ exists: true }] }, true],
  [{ empty: [{ exists: true }] }, true],
  [{ item: [{ exists: true }] }, false],
  [{ item: { id: [{ exists: true }] } }, true],
  [{ list: [{ exists: true }] }, false],
  [{ nothing: { below: [{ exists: false }] } }, true],
  [{ absent: [{ exists: false }, 'x'] }, true],
]);

table('cidr', [
  [{ ip: [{ cidr: '10.0.0.0/8' }] }, true],
  [{ ip: [{ cidr: '10.1.2.0/24' }] }, true],
  [{ ip: [{ cidr: '10.1.3.0/24' }] }, false],
  [{ ip: [{ cidr: '10.1.2.3/32' }] }, true],
  [{ ip: [{ cidr: '0.0.0.0/0' }] }, true],
  [{ ip6: [{ cidr: '2001:db8::/32' }] }, true],
  [{ ip6: [{ cidr: '2001:db9::/32' }] }, false],
  [{ ip6: [{ cidr: '0.0.0.0/0' }] }, false],
  [{ app: [{ cidr: '10.0.0.0/8' }] }, false],
]);

table('$or', [
  [{ $or: [{ app: ['x'] }, { credits: [5] }] }, true],
  [{ $or: [{ app: ['x'] }, { credits: [6] }] }, false],
  [{ done: [true], $or: [{ app: ['x'] }, { credits: [5] }] }, true],
  [{ done: [false], $or: [{ app: ['sparky'] }, { credits: [5] }] }, false],
  [{ $or: [{ app: ['x'] }, { $or: [{ credits: [1] }, { zero: [0] }] }] }, true],
  [{ $or: [{ app: ['sparky'], credits: [6] }, { item: { id: ['x'] } }] }, true],
  [{ rows: { $or: [{ name: ['z'] }, { cost: [2] }] } }, true],
]);

test('patterns reach every level of the event', () => {
  expect(
    compilePattern({ source: [{ prefix: 'tessera.' }], 'detail-type': ['JobSucceeded', 'JobFailed'] })(event),
  ).toBe(true);
  expect(compilePattern({ source: ['aws.s3'], $or: [{ account: ['1'] }, { region: ['x'] }] })(event)).toBe(false);
});

test.each([
  [[], 'a pattern is an object'],
  [{}, 'the pattern is empty'],
  [{ detail: {} }, 'detail is empty'],
  [{ detail: [] }, 'detail: an empty list'],
  [{ detail: 'x' }, 'detail: a field is matched'],
  [{ detail: { a: [{ sufix: 'x' }] } }, 'detail.a: unknown operator "sufix"'],
  [{ a: [{ prefix: 1 }] }, 'prefix takes a string'],
  [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'one operator'],
  [{ a: [{ exists: 'true' }] }, 'exists takes'],
  [{ a: [{ numeric: ['>', '1'] }] }, 'numeric takes numbers'],
  [{ a: [{ numeric: ['<', 1, '>', 0] }] }, 'lower bound first'],
  [{ a: [{ numeric: ['~', 1] }] }, 'no operator'],
  [{ a: [{ 'anything-but': ['x', 1] }] }, 'not both'],
  [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'anything-but knows no operator'],
  [{ a: [{ cidr: '10.0.0.0' }] }, 'cidr takes'],
  [{ a: [{ cidr: '10.0.0.0/33' }] }, 'cidr takes'],
  [{ a: [{ wildcard: 'a**b' }] }, 'consecutive wildcards'],
  [{ a: [{ wildcard: 'a\\b' }] }, 'invalid escape'],
  [{ a: [['x']] }, 'a matcher is a scalar or an object'],
])('%j is refused', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
