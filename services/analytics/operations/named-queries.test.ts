/** X7 the named queries as files: each says what it is, and stands on the views it names. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lake } from '../contracts.ts';
import { type Library, readLibrary, statementOf, viewsNamed } from './named-queries.ts';
import { scopeOf, withParameters } from './period.ts';

const library = await readLibrary();
const files = [...library.queries.values(), ...[...library.views].map(([name, view]) => ({ name, ...view }))];

describe('every query and view', () => {
  test.each(files)('$name says what it is, and names just the views that it reads', ({ name, text, views }) => {
    const read = viewsNamed(text.replaceAll(/'[^']*'/g, ''), library).filter(
      (view) => view !== name && new RegExp(`\\b(FROM|JOIN) ${view}\\b`).test(text),
    );
    expect([...views].toSorted()).toEqual(read.toSorted());
  });
  test('has a description', () => {
    for (const query of library.queries.values()) expect(query.description).toMatch(/^[A-Z].{30,}[.]$/);
  });
  test('PP13 jobs by status, credits bought today, failures of the last 7 days are among them', () => {
    const periods = ['jobs-by-status', 'credits-bought', 'failures'].map((name) => library.queries.get(name)?.days);
    expect(periods).toEqual([30, 1, 7]);
  });
});

test('views come before those that stand on them, each once', () => {
  const sql = statementOf({ text: 'SELECT 1 FROM balances', views: ['balances', 'facts'] }, library);
  const clauses = [...sql.matchAll(/^(?:WITH |\), )(\w+) AS \($/gm)].map(([, name]) => name);
  expect(clauses).toEqual(['facts', 'grant_entries', 'ended_holds', 'leavers', 'grants', 'balances']);
});

test('a view that stands on itself, or on none that there is, is refused', () => {
  const bad: Library = { queries: new Map(), views: new Map([['a', { text: '', views: ['a'] }]]) };
  expect(() => statementOf({ text: '', views: ['a'] }, bad)).toThrow('stands on itself');
  expect(() => statementOf({ text: '', views: ['b'] }, bad)).toThrow('no view b');
});

describe('the period', () => {
  const query = { days: 7, reads: 'period' } as const;
  test('is as many days as the query says, up to the last one', () => {
    expect(scopeOf({}, query, '2026-11-21')).toEqual({ since: '2026-11-15', from: '2026-11-15', until: '2026-11-21' });
  });
  test('of a query of all history begins where it was asked to, and reads from the lake’s first day', () => {
    expect(scopeOf({ from: '2026-11-20' }, { ...query, reads: 'history' }, '2026-11-21')).toMatchObject({
      since: lake.firstDay,
      from: '2026-11-20',
    });
  });
});

describe('parameters', () => {
  const scope = { app: 'sparky', since: '2026-11-01', from: '2026-11-15', until: '2026-11-21' };
  test('are filled in, but not within quotes, and a cast is none', () => {
    expect(withParameters("WHERE app = :app AND day >= :from AND x = ':app' AND y::app", scope)).toBe(
      "WHERE app = 'sparky' AND day >= '2026-11-15' AND x = ':app' AND y::app",
    );
  });
  test('all apps: a condition that is true', () => {
    const { app: _, ...all } = scope;
    expect(withParameters(':app IS NULL', all)).toBe('CAST(NULL AS VARCHAR) IS NULL');
  });
  test('whatever a value holds, it stays one literal', () =>
    fc.assert(
      fc.property(fc.string(), (app) => {
        const text = withParameters(':app', { ...scope, app });
        expect(text.slice(1, -1).replaceAll("''", '')).not.toContain("'");
        expect(text.slice(1, -1).replaceAll("''", "'")).toBe(app);
      }),
    ));
});
