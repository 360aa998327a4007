import { describe, expect, test } from '@jest/globals';
import { sparky } from '#apps/sparky.ts';
import { type AppOffer, offerOf } from '../contracts.ts';
import { changedPaths, changesBetween, sameJson } from './changed-paths.ts';

const offer = offerOf(sparky);
const [firstTool] = offer.tools;
const paths = (next: Partial<AppOffer>) => changedPaths(offer, { ...offer, ...next });

describe('SP15 a change is told by what it touched', () => {
  test('nothing', () => expect(paths({})).toEqual([]));
  test.each<[string, Partial<AppOffer>, string[]]>([
    ['a number', { welcome_credits: 11 }, ['welcome_credits']],
    [
      'a tool made inactive',
      { tools: offer.tools.map((tool) => (tool.id === 'photo-filter' ? { ...tool, active: false } : tool)) },
      ['tools/photo-filter'],
    ],
    ['a tool less', { tools: offer.tools.slice(1) }, [`tools/${firstTool?.id}`]],
    ['tools in another order', { tools: offer.tools.toReversed() }, ['tools']],
    [
      'an option',
      {
        options: {
          ...offer.options,
          hairstyle: (offer.options.hairstyle ?? []).map((one) => (one.id === 'bob' ? { ...one, pro: true } : one)),
        },
      },
      ['options/hairstyle/bob'],
    ],
    ['a language', { locales: ['en'] }, ['locales']],
    [
      'a text',
      { texts: { ...offer.texts, en: { ...offer.texts.en, 'hairstyles.bob.name': 'Bobbed' } } },
      ['texts/en/hairstyles.bob.name'],
    ],
    [
      'allowances',
      { allowances: [{ tool: 'photo-filter', limit: 3, period: 'day', plans: ['free'] }] },
      ['allowances'],
    ],
  ])('%s', (_, next, expected) => expect(paths(next)).toEqual(expected));

  test('the first version is news from end to end, told by a hundred paths', () => {
    const { changed, truncated } = changesBetween({}, offer);
    expect(changed).toHaveLength(100);
    expect(changed.slice(0, 3)).toEqual(['name', 'welcome_credits', 'default_plan']);
    expect(truncated).toBe(true);
  });
  test('an offer of before a field existed is no obstacle', () => {
    const { options: _, ...older } = offer;
    expect(changedPaths(older, offer)).toContain('options/hairstyle/bob');
  });
});

describe('equal as JSON', () => {
  test.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{}, [], false],
    [{ constructor: 1 }, {}, false],
    ['a', 'a', true],
    [null, {}, false],
  ])('%j %j', (one, other, same) => {
    expect(sameJson(one, other)).toBe(same);
    expect(sameJson(other, one)).toBe(same);
  });
});
