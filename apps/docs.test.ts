/** docs/apps.md lists every app's plans, packs and costs as the definitions have them; to change one is to change the other. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { definitions } from '#apps';
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';

const page = readFileSync(new URL('../docs/apps.md', import.meta.url), 'utf8').split('\n');
const apps = definitions.filter(({ internal }) => !internal);

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const money = ({ amount_minor, currency }: { amount_minor: number; currency: string }): string =>
  `${currency} ${(amount_minor / 100).toFixed(2)}`;
const costOf = ({ cost }: Tool): string =>
  cost.kind === 'fixed'
    ? String(cost.credits)
    : Object.entries(cost.credits)
        .map(([value, credits]) => `${value} ${credits}`)
        .join(', ');

const planRows = ({ id: app, plans, default_plan }: AppDefinition) =>
  plans.map(({ id, price, monthly_credits, max_rollover, daily_credits, daily_cap, limits, pro }) =>
    row(
      app,
      id === default_plan ? `**${id}**` : id,
      price === null ? '–' : `${money(price)} a ${price.interval}`,
      monthly_credits === 0 ? '–' : `${monthly_credits} (keeps ${max_rollover})`,
      daily_credits || '–',
      daily_cap ?? '–',
      limits.jobs_per_hour ?? '–',
      limits.concurrent_jobs ?? '–',
      pro ? 'yes' : 'no',
    ),
  );
const packRows = ({ id: app, packs }: AppDefinition) =>
  packs.map(({ id, credits, bonus_credits, price }) => row(app, id, credits, bonus_credits || '–', money(price)));
const toolRows = ({ id: app, tools }: AppDefinition) =>
  tools.map((tool) =>
    row(
      app,
      tool.id,
      tool.output,
      costOf(tool),
      tool.providers.map(({ provider, models }) => `${provider}: ${models.join(', ')}`).join('; '),
    ),
  );

test.each(apps.map((app) => [app.id, app] as const))('%s: plans, packs and tools are on the page', (_id, app) => {
  const expected = [...planRows(app), ...packRows(app), ...toolRows(app)];
  expect(expected.filter((line) => !page.includes(line))).toEqual([]);
});

test('nothing else is on the page: no plan, pack or tool that is gone', () => {
  const ids = new Set(apps.map(({ id }) => id));
  const rows = page.filter((line) => ids.has(line.split(' | ')[0]?.slice(2) ?? ''));
  const all = apps.flatMap((app) => [...planRows(app), ...packRows(app), ...toolRows(app)]);
  expect(rows.filter((line) => !all.includes(line))).toEqual([]);
});
