/** Credits' part of an export: all that the API shows of the account, in full, and nobody else's. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { infer as Infer } from 'zod';
import type { ExportPart } from '#services/identity/client.ts';
import { type ExportData, exportJson } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { importedHistory } from '../read-models/imported-history.ts';
import { createSortedTable, newApi, testCatalog } from '../test/api.ts';
import { grantCredits, holdCredits, later, openAccount, settleHold } from '../test/commands.ts';
import { meta, owner } from '../test/doubles.ts';
import { exportPart } from './export-part.ts';
import { listUses } from './list-uses.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const exportId = '0199c2d4-0000-7000-8000-000000000001';
const requested: Infer<typeof exportRequested> = {
  id: 'event-1',
  type: 'ExportRequested',
  schemaVersion: 1,
  ...owner,
  version: 2,
  at: later(3_600),
  correlationId: 'request-1',
  causationId: 'request-1',
  data: { exportId },
};

interface Part {
  readonly account: Record<string, unknown> | null;
  readonly transactions: { readonly amount: number }[];
  readonly usage: Record<string, unknown>[];
  readonly allowances: unknown[];
}

const world = async () => {
  const api = await newApi(dynamoDb.client);
  const table = await createSortedTable(dynamoDb.client);
  const written: { part: ExportPart; data: Part }[] = [];
  const write = async (part: ExportPart, data: ExportData) => {
    written.push({ part, data: JSON.parse((await exportJson(data)).toString()) });
  };
  const list = listUses(dynamoDb.client, table);
  const history = importedHistory(dynamoDb.client, api.history);
  const run = async () => {
    await exportPart({ store: api.store, catalog: testCatalog(), listUses: list, history, write })(requested);
    const last = written.at(-1);
    if (!last) throw new Error('nothing was written');
    return last;
  };
  const use = (key: string, sk: string, used: number) =>
    dynamoDb.client.send(
      new UpdateCommand({
        TableName: table,
        Key: { owner: key, sk },
        UpdateExpression: 'SET used = :used',
        ExpressionAttributeValues: { ':used': used },
      }),
    );
  return { api, run, use };
};

describe('credits’ part of an export', () => {
  test('is what the API shows: the account, the whole statement, what was used', async () => {
    const { api, run, use } = await world();
    await api.give(openAccount(10), grantCredits('pay_1', 50), holdCredits('gen_1', 4), settleHold('gen_1', 3));
    await use('sparky#user-1', 'photo-filter#20261105', 2);
    await use('sparky#user-10', 'photo-filter#20261105', 9);
    const { part, data } = await run();
    expect(part).toEqual({ owner, exportId, service: 'credits' });
    const shown = await api.get('/v1/credits/transactions', { limit: '100' });
    expect(shown.body.data).toHaveLength(4);
    expect(data.transactions.toReversed()).toEqual(shown.body.data);
    const { status, user, totals, alert, top_up, ...balance } = data.account ?? {};
    const { daily, version, ...credits } = (await api.get('/v1/credits')).body;
    expect(balance).toMatchObject({ ...credits, version });
    expect([status, user]).toEqual(['open', 'user-1']);
    expect(totals).toEqual({ granted: 60, spent: 3, expired: 0, revoked: 0 });
    expect([alert, top_up]).toEqual([{ below: null }, expect.objectContaining({ top_up: null })]);
    expect(data.usage).toEqual([
      { generation_id: 'gen_1', tool: 'photo-filter', credits: 3, day: '2026-11-05', at: expect.any(String) },
    ]);
    expect(data.allowances).toEqual([{ tool: 'photo-filter', period: 20261105, used: 2 }]);
  });

  test('I8 holds nothing of another user, and nothing is left out of a long history', async () => {
    const { api, run } = await world();
    await api.handle('sparky#user-2', openAccount(77), meta);
    await api.give(openAccount(0));
    for (let n = 0; n < 900; n += 1)
      await api.give(grantCredits(`pay_${n}`, 1), holdCredits(`g${n}`, 1), settleHold(`g${n}`, 1));
    const { data } = await run();
    const end = await api.store.load('sparky#user-1');
    expect(data.transactions.reduce((sum, { amount }) => sum + amount, 0)).toBe(
      end?.state.status === 'open' ? end.state.totals.granted - end.state.totals.spent : Number.NaN,
    );
    expect(data.usage).toHaveLength(900);
    expect(data.transactions.some(({ amount }) => Math.abs(amount) !== 1)).toBe(false);
    expect(JSON.stringify(data).includes('user-2')).toBe(false);
  });

  test('of a user without an account says so', async () => {
    const { run } = await world();
    expect((await run()).data).toEqual({
      account: null,
      imported_transactions: [],
      transactions: [],
      usage: [],
      allowances: [],
    });
  });

  test('told twice it is the same', async () => {
    const { api, run } = await world();
    await api.give(openAccount(10));
    expect(await run()).toEqual(await run());
  });
});
