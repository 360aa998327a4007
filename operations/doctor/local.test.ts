/** The doctor on the account that `npm start` runs, by the file that tells of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeAccountFile } from '#local/account/account-file.ts';
import { type Stack, startStack } from '../../test/system/stack.ts';
import type { Checked } from './check.ts';
import { runDoctor, thisMachine } from './run.ts';

let stack: Stack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-doctor-'));
  stack = await startStack({
    secrets: { 'tessera/billing/baby-music': '{"stripe":{"secret_key":"sk_test_told_to_nobody"}}' },
  });
  await writeAccountFile(join(folder, 'account.json'), stack.account);
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

test('finds it by its file: the API answers, secrets have their shape, what only AWS has is left out by name', async () => {
  const told: string[] = [];
  const print = (text: string) => void told.push(text);
  const args = ['--account', join(folder, 'account.json'), '--app', 'flirt-studio', '--app', 'baby-music', '--json'];
  const code = await runDoctor(args, { print, complain: print }, thisMachine);
  const found = new Map((JSON.parse(told.join('\n')) as Checked[]).map((checked) => [checked.name, checked]));
  const status = (name: string) => found.get(name)?.status;
  expect(['Node', 'package sharp', 'package @dynoxide/linux-x64'].map(status)).toEqual(['ok', 'ok', 'ok']);
  expect(status('API for flirt-studio')).toBe('ok');
  expect(status('secret tessera/auth-hooks')).toBe('ok');
  expect(status('secret tessera/admin-keys')).toBe('ok');
  expect(status('secret tessera/billing/flirt-studio')).toBe('ok');
  // Its tools run on the sandbox here.
  expect(status('secret tessera/providers/flirt-studio')).toBe('warning');
  expect(status('webhook endpoint at Stripe of flirt-studio')).toBe('skipped');
  expect(['AWS credentials', 'CDK bootstrap', 'alarms reach somebody', 'ports of npm start'].map(status)).toEqual(
    Array(4).fill('skipped'),
  );
  // One secret is wrong, and its values are told to nobody.
  expect(found.get('secret tessera/billing/baby-music')).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('webhook_secrets'),
  });
  expect(told.join('\n')).not.toContain('sk_test_told_to_nobody');
  expect(code).toBe(1);
});
