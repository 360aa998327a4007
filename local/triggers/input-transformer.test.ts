import { expect, test } from '@jest/globals';
import { readPath, targetInput } from './input-transformer.ts';

const event = {
  id: 'e1',
  source: 's',
  time: '2026-01-01T00:00:00Z',
  detail: { text: 'say "hi"', count: 2, list: [{ id: 'a' }, { id: 'b' }], flag: false, 'a-b': 1 },
};
const names = { ruleArn: 'arn:rule', ruleName: 'r' };
const transform = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  targetInput({ InputTransformer: { InputTemplate, InputPathsMap } }, event, names);

test.each([
  ['$', event],
  ['$.id', 'e1'],
  ['$.detail.list[1].id', 'b'],
  ["$.detail['a-b']", 1],
  ['$.detail.absent.below', undefined],
])('the path %s is read', (path, value) => {
  expect(readPath(event, path)).toEqual(value);
});

test('a path that is not understood is refused', () => {
  expect(() => readPath(event, '$..id')).toThrow('not known');
  expect(() => readPath(event, 'detail')).toThrow('does not start');
});

test('without settings the event itself is the input', () => {
  expect(JSON.parse(targetInput({}, event, names))).toEqual(event);
  expect(targetInput({ Input: '{"fixed":1}' }, event, names)).toBe('{"fixed":1}');
  expect(JSON.parse(targetInput({ InputPath: '$.detail.count' }, event, names))).toBe(2);
});

test('a template is filled: bare values become JSON, values inside quotes text', () => {
  const filled = transform(
    '{"bare": <text>, "text": "<text>!", "n": <n>, "l": <list>, "f": <flag>, "in": "n=<n> l=<list>", "no": <none>}',
    {
      text: '$.detail.text',
      n: '$.detail.count',
      list: '$.detail.list',
      flag: '$.detail.flag',
      none: '$.detail.none',
    },
  );
  expect(JSON.parse(filled)).toEqual({
    bare: 'say "hi"',
    text: 'say "hi"!',
    n: 2,
    l: event.detail.list,
    f: false,
    in: 'n=2 l=[{"id":"a"},{"id":"b"}]',
    no: '',
  });
});

test('the predefined variables are there', () => {
  const filled = transform(
    '{"e": <aws.events.event.json>, "short": <aws.events.event>, "rule": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>}',
  );
  const { detail, ...short } = event;
  expect(JSON.parse(filled)).toEqual({ e: { ...short, detail }, short, rule: 'r', arn: 'arn:rule' });
});

test('a variable that no path defines is an error', () => {
  expect(() => transform('{"a": <who>}')).toThrow('<who>');
});
