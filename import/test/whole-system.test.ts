/** An app moves here while its users look on: they sign in and find all that was theirs, nobody is told of old things as of news, and work goes on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeAccountFile } from '#local/account/account-file.ts';
import { runLedger } from '#services/credits/operations/run.ts';
import { png } from '#services/generation/test/images.ts';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import { uploadAsset } from '../../test/system/client.ts';
import { makePhoto } from '../../test/system/photo.ts';
import { type Stack, startStack, type User } from '../../test/system/stack.ts';
import type { Result } from '../reports.ts';
import { runImport } from '../run.ts';

const app = 'product-studio';
const key = mintAdminKey(app);

interface List<Item = Record<string, unknown>> {
  readonly data: Item[];
  readonly next_cursor: string | null;
}
interface Entry {
  readonly type: string;
  readonly amount: number;
  readonly balance_after: number | null;
  readonly reason: string | null;
  readonly generation_id: string | null;
  readonly imported?: true;
}
interface Generation {
  readonly id: string;
  readonly status: string;
  readonly params: Record<string, unknown>;
  readonly outputs: { readonly url: string; readonly content_type: string; readonly thumbnail: object | null }[];
}

let stack: Stack;
let ana: User;
let ben: User;
let folder: string;
let receiver: Server;
const received: string[] = [];
const published: { readonly source: string; readonly type: string; readonly detail: Record<string, unknown> }[] = [];

const inFolder = async (path: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
};

const balancesFile = (ofAna: number, ofBen: number) =>
  inFolder('balances.csv', `user_id,balance\n${ana.id},${ofAna}\n${ben.id},${ofBen}\n`);

const bring = async (...args: string[]): Promise<{ readonly code: number; readonly result: Result }> => {
  const said: string[] = [];
  const output = {
    print: (text: string) => said.push(text),
    complain: (text: string) => said.push(text),
    progress: () => undefined,
  };
  const account = ['--account', join(folder, 'account.json'), '--checkpoint', join(folder, 'checkpoint.json')];
  const code = await runImport(['--app', app, ...args, ...account, '--json'], output);
  return { code, result: JSON.parse(said.join('\n')) as Result };
};

const exportOf = async (): Promise<string[]> => {
  await inFolder(`files/outputs/${ana.id}/b1/0.png`, await png());
  const users = `id,email,full_name,roles,stripe_customer_id,created_at
${ana.id},ana@example.com,Ana Ruiz,"[""admin""]",cus_ana,2025-02-01 08:00:00+00
${ben.id},ben@example.com,Ben,[],,2025-02-02 08:00:00+00
`;
  const ledger = `id,user_id,tx_type,amount,balance_after,job_id,created_at
l1,${ana.id},bonus,10,10,,2025-02-01 08:00:00+00
l2,${ana.id},spend,-5,5,b1,2025-02-01 09:00:00+00
l3,${ana.id},purchase,200,205,,2025-02-02 09:00:00+00
`;
  const jobs = `id,user_id,status,prompt,model_preset,pose_preset,scene_preset,generation_type,cost_credits,error_message,outputs,created_at,completed_at
b1,${ana.id},completed,A mug,,,studio,standard,5,,"[{""bucket"":""outputs"",""path"":""${ana.id}/b1/0.png"",""mime_type"":""image/png""}]",2025-02-01 09:00:00+00,2025-02-01 09:00:41+00
b2,${ana.id},failed,A cup,,,,standard,5,The model is gone,[],2025-02-01 10:00:00+00,2025-02-01 10:01:00+00
`;
  const charge = {
    id: 'ch_1',
    customer: 'cus_ana',
    payment_intent: 'pi_1',
    amount: 2900,
    currency: 'usd',
    status: 'succeeded',
    created: 1_738_486_800,
  };
  return [
    ...['--users', await inFolder('users.csv', users)],
    ...['--balances', await balancesFile(205, 3)],
    ...['--ledger', await inFolder('ledger.csv', ledger)],
    ...['--jobs', await inFolder('jobs.csv', jobs), '--files', join(folder, 'files')],
    ...['--payments', await inFolder('payments.ndjson', `${JSON.stringify(charge)}\n`)],
  ];
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-system-'));
  receiver = createServer((request, response) => {
    received.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  stack = await startStack({
    secrets: { 'tessera/admin-keys': JSON.stringify({ [app]: [key.hash] }) },
    onPublished: (_, event) => {
      const {
        source,
        'detail-type': type,
        detail,
      } = event as never as Record<'source' | 'detail-type', string> & { detail: Record<string, unknown> };
      published.push({ source, type, detail });
    },
  });
  await writeAccountFile(join(folder, 'account.json'), stack.account);
  const { port } = receiver.address() as AddressInfo;
  const { status } = await stack.anybody.call('/v1/admin/webhooks', {
    method: 'POST',
    headers: { 'x-admin-key': key.key },
    body: { url: `http://127.0.0.1:${port}/hook`, events: ['*'] },
  });
  expect(status).toBe(201);
  // They have accounts at the identity provider, and Tessera has not met them.
  ana = await stack.signUp(app);
  ben = await stack.signUp(app);
}, 90_000);
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await stack.close();
  await rm(folder, { recursive: true });
});

describe('an app that moves here', () => {
  test('is brought whole: every row is here, and the sums agree', async () => {
    const { code, result } = await bring(...(await exportOf()));
    expect([result.rejects, result.differences]).toEqual([[], []]);
    expect(code).toBe(0);
    expect(result.credits).toEqual({ exported: 208, here: 208 });
    await stack.account.drain();
  }, 60_000);

  test('tells nobody: no notification, no webhook, no event that speaks of jobs or money', async () => {
    expect(published.length).toBeGreaterThan(0);
    const news = published.filter(
      ({ source, type, detail: { data } }) =>
        source === 'tessera.generation' ||
        source === 'tessera.billing' ||
        type === 'NotificationCreated' ||
        (type === 'CreditsGranted' && (data as { imported?: true }).imported !== true),
    );
    expect(news).toEqual([]);
    expect(received).toEqual([]);
    expect((await ana.api.get<List>('/v1/notifications')).body.data).toEqual([]);
  });

  test('PP1 PP2 its users sign in as before: who they are, their role, and no second welcome', async () => {
    expect((await ana.api.get('/v1/me')).body).toMatchObject({
      name: 'Ana Ruiz',
      roles: ['admin'],
      created_at: '2025-02-01T08:00:00.000Z',
    });
    expect((await ana.api.get('/v1/credits')).body).toMatchObject({ available: 205, version: 2 });
    expect((await ben.api.get('/v1/credits')).body).toMatchObject({ available: 3, version: 2 });
    await stack.account.drain();
    expect((await ben.api.get('/v1/credits')).body).toMatchObject({ available: 3, version: 2 });
    // The role is the user's own from the first request on.
    expect((await ana.api.get('/v1/admin/accounts')).status).toBe(200);
    expect((await ben.api.get('/v1/admin/accounts')).status).toBe(403);
  });

  test('PP9 what led to the balance is on the statement, page by page, and in the CSV', async () => {
    const entries: Entry[] = [];
    for (let cursor: string | null = '', pages = 0; cursor !== null && pages < 10; pages += 1) {
      const { body }: { body: List<Entry> } = await ana.api.get<List<Entry>>(
        `/v1/credits/transactions?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      entries.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(entries.map(({ type, amount, balance_after, imported }) => [type, amount, balance_after, imported])).toEqual(
      [
        ['adjustment', 205, 205, undefined],
        ['purchase', 200, 205, true],
        ['spend', -5, 5, true],
        ['bonus', 10, 10, true],
      ],
    );
    expect(entries[0]?.reason).toBe('imported');
    const { body } = await ana.api.get<List<Entry>>('/v1/credits/transactions?type=spend');
    expect(body.data.map(({ amount }) => amount)).toEqual([-5]);
    const csv = await ana.api.get<{ text: string }>('/v1/credits/statement.csv');
    expect(
      csv.body.text
        .trim()
        .split('\r\n')
        .map((line) => line.split(',').slice(1, 4).join(' ')),
    ).toEqual(['type amount balance_after', 'bonus 10 10', 'spend -5 5', 'purchase 200 205', 'adjustment 205 205']);
    expect((await ben.api.get<List<Entry>>('/v1/credits/transactions')).body.data).toHaveLength(1);
  });

  test('PP5 PP7 PP10 past runs are in the library of their owner alone, with files that load', async () => {
    const { body } = await ana.api.get<List<Generation>>('/v1/generations');
    expect(body.data.map(({ status, params }) => [status, params.prompt])).toEqual([
      ['failed', 'A cup'],
      ['completed', 'A mug'],
    ]);
    const [, completed] = body.data;
    const [output] = completed?.outputs ?? [];
    expect(output).toMatchObject({ content_type: 'image/png', thumbnail: {} });
    const file = await fetch(output?.url ?? '');
    expect([file.status, Buffer.from(await file.arrayBuffer()).equals(await png())]).toEqual([200, true]);
    const renamed = await ana.api.call(`/v1/generations/${completed?.id}`, {
      method: 'PATCH',
      body: { title: 'My mug', favourite: true },
    });
    expect([renamed.status, renamed.body]).toMatchObject([200, { title: 'My mug', favourite: true }]);
    expect((await ben.api.get(`/v1/generations/${completed?.id}`)).status).toBe(404);
    const entry = (await ana.api.get<List<Entry>>('/v1/credits/transactions?type=spend')).body.data[0];
    expect(entry?.generation_id).toBe(completed?.id);
  });

  test('PP8 SP6 past payments are listed, and the customer at Stripe is theirs', async () => {
    const { body } = await ana.api.get<List>('/v1/payments');
    expect(body.data).toMatchObject([
      { status: 'paid', amount_minor: 2900, currency: 'USD', credits: 0, paid_at: '2025-02-02T09:00:00.000Z' },
    ]);
    expect((await ana.api.get('/v1/subscription')).body).toMatchObject({ customer_id: 'cus_ana', status: 'none' });
  });

  test('PP4 goes on: a tool runs on the credits that were brought, and of that people are told', async () => {
    const photo = (await uploadAsset(ana.api, await makePhoto({ width: 64, height: 48 }))).id;
    await stack.account.drain();
    const { status, body } = await ana.api.generate({
      tool: 'background-swap',
      inputs: [photo],
      params: { scene_preset: 'studio' },
    });
    expect([status, body]).toMatchObject([202, { cost_credits: 1, remaining_credits: 204 }]);
    await stack.settle();
    expect((await ana.api.get(`/v1/generations/${body.id}`)).body).toMatchObject({ status: 'completed' });
    expect((await ana.api.get<List>('/v1/notifications')).body.data).toMatchObject([{ type: 'generation' }]);
    expect(received).toEqual(['/hook']);
  }, 60_000);

  test('brought again at the cut-over takes back nothing that was spent here, and adds what was bought there', async () => {
    const again = await bring('--balances', await balancesFile(205, 3));
    expect(again.result.files).toMatchObject([{ written: 0, unchanged: 2 }]);
    expect(again.result.reconciled).toMatchObject([{ moved: 1, unchanged: 1, rejected: 0 }]);
    expect(again.code).toBe(0);
    const last = await bring('--balances', await balancesFile(255, 3));
    expect(last.result.files).toMatchObject([{ written: 1, unchanged: 1 }]);
    expect((await ana.api.get('/v1/credits')).body).toMatchObject({ available: 254 });
  }, 60_000);

  test('I1 I4 I6 I7 holds every invariant, and the ledger verifies', async () => {
    await stack.settle();
    expect((await stack.check()).violations).toEqual([]);
    const said: string[] = [];
    const output = {
      print: (text: string) => said.push(text),
      complain: (text: string) => said.push(text),
      progress: () => undefined,
    };
    expect([await runLedger(['verify', '--account', join(folder, 'account.json')], output), said]).toEqual([
      0,
      [expect.stringContaining('ledger: ok')],
    ]);
  }, 60_000);
});
