/** What a query is asked about: an app or all, from one day until another, both included; days are UTC's. */
import { lake } from '../contracts.ts';
import type { NamedQuery } from './named-queries.ts';

export interface Scope {
  /** Absent: all apps. */
  readonly app?: string;
  /** The first day of which events are read. */
  readonly since: string;
  readonly from: string;
  readonly until: string;
}

/** What was asked for. */
export interface Asked {
  readonly app?: string;
  readonly from?: string;
  readonly until?: string;
}

const dayMs = 86_400_000;

/** @example daysBefore('2026-11-21', 6) // '2026-11-15' */
export const daysBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * dayMs).toISOString().slice(0, 10);

/** @param last the day that a period ends with where nobody says. */
export const scopeOf = (
  { app, from: asked, until }: Asked,
  { days, reads }: Pick<NamedQuery, 'days' | 'reads'>,
  last: string,
): Scope => {
  const end = until ?? last;
  const from = asked ?? daysBefore(end, days - 1);
  return { ...(app === undefined ? {} : { app }), since: reads === 'history' ? lake.firstDay : from, from, until: end };
};

const literal = (value: string | undefined): string =>
  value === undefined ? 'CAST(NULL AS VARCHAR)' : `'${value.replaceAll("'", "''")}'`;

/** The text with its parameters filled in: `:app`, `:since`, `:from`, `:until`. Nothing in quotes, and no `::`, is one. */
export const withParameters = (text: string, scope: Scope): string =>
  text.replaceAll(/'(?:[^']|'')*'|::|:(app|since|from|until)\b/g, (found, name: keyof Scope | undefined) =>
    name === undefined ? found : literal(scope[name]),
  );
