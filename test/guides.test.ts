/** Guides keep to the code: context keys and secrets are those that it reads, and links lead somewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { deploymentConfig, isTraced, runbookUrl } from '#infra/config.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const deployment = read('docs/deployment.md');

const sectionOf = (page: string, title: string): string =>
  page.split(/^## /m).find((section) => section.startsWith(title)) ?? '';
/** What the rows of a section's tables begin with. */
const firstCells = (section: string): string[] =>
  [...section.matchAll(/^\| (.+?) \|/gm)].map(([, cell = '']) => cell).slice(2);

/** The keys that the deployment's code asks its context for. */
const keysRead = (): string[] => {
  const asked = new Set<string>();
  const app = new App();
  const { node } = app;
  const real = node.tryGetContext.bind(node);
  node.tryGetContext = (key: string) => {
    asked.add(key);
    return real(key);
  };
  deploymentConfig(app);
  isTraced(app);
  runbookUrl(app);
  return [...asked].sort();
};

test('FS13: the deployment guide has a row for each context key, and none for others', () => {
  const rows = firstCells(sectionOf(deployment, '3. The context')).map((cell) => cell.replaceAll('`', ''));
  expect(rows.sort()).toEqual(keysRead());
});

test('FS13: the context of the guide is taken as it stands there', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(sectionOf(deployment, '3. The context')) ?? [];
  const context = JSON.parse(`{${json}}`) as Record<string, unknown>;
  const app = new App({ context });
  expect(deploymentConfig(app)).toMatchObject({
    alarmEmail: context.alarm_email,
    monthlyBudgetUsd: context.monthly_budget_usd,
  });
  expect(runbookUrl(app)).toBe(context.runbook_url);
});

test('FS13: every secret of the stacks and services has a row in the guide', () => {
  const code = [
    'infra/stacks/identity.ts',
    'infra/stacks/webhooks.ts',
    'infra/stacks/generation/making.ts',
    'services/billing/providers/setup.ts',
  ].map(read);
  const names = code.flatMap((text) =>
    [...text.matchAll(/['`](tessera\/[a-z-]+(?:\/\$\{[^}]*\})?)['`]/g)].map(([, name = '']) =>
      name.replace(/\$\{[^}]*\}/, '<app>'),
    ),
  );
  expect(names.length).toBeGreaterThanOrEqual(5);
  const rows = firstCells(sectionOf(deployment, '5. Secrets')).join('\n');
  expect(names.filter((name) => !rows.includes(`\`${name}\``))).toEqual([]);
});

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading.replaceAll('`', '')));

test.each(['README.md', 'docs/quick-start.md', 'docs/deployment.md', 'docs/security.md'])(
  '%s: its links lead to files and headings that are there',
  (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(0);
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  },
);
