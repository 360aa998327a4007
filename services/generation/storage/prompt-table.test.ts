import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { removeItems } from '#shared/aws/remove-items.ts';
import { newId } from '#shared/ids.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startLossyProxy } from '#shared/testing/lossy-proxy.ts';
import { memoryAssets, owner } from '../test/memory.ts';
import { memoryPrompts, memoryReadyAssets } from '../test/memory-prompts.ts';
import { assetTable } from './asset-table.ts';
import { maxPrompts, type Prompt, type PromptId, type PromptTable, promptTable } from './prompt-table.ts';
import { readyAssets } from './ready-assets.ts';

const at = '2026-11-20T10:00:00.000Z';
const later = '2026-11-20T10:01:00.000Z';
const stranger = { ...owner, user: 'user-2' };
const newPrompt = (more: Partial<Prompt> = {}): Prompt => ({
  id: newId('prm'),
  text: 'a cat',
  createdAt: at,
  updatedAt: at,
  ...more,
});

let dynamo: TestDynamoDb;
let tables = 0;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());
const newTable = () => {
  tables += 1;
  return dynamo.createKeyedTable(`prompts-${tables}`, 'owner', 'id');
};
const items = async (table: string) => (await dynamo.client.send(new ScanCommand({ TableName: table }))).Items ?? [];
const countOf = async (table: string) => (await items(table)).find(({ id }) => id === '#count')?.count;

const stores: [name: string, make: () => Promise<PromptTable>][] = [
  ['in memory', async () => memoryPrompts()],
  ['in DynamoDB', async () => promptTable(dynamo.client, await newTable())],
];

describe.each(stores)('NB4 prompts %s', (_, make) => {
  test('are kept, read and removed by their owner alone', async () => {
    const prompts = await make();
    const prompt = newPrompt({ title: 'Rain', thumbnail: newId('ast') });
    expect(await prompts.create(owner, prompt)).toBe('created');
    expect(await prompts.get(owner, prompt.id)).toMatchObject(prompt);
    expect(await prompts.get(stranger, prompt.id)).toBeUndefined();
    expect(await prompts.change(stranger, prompt.id, { text: 'mine' }, later)).toBeUndefined();
    expect(await prompts.remove(stranger, prompt.id)).toBe(false);
    expect(await prompts.remove(owner, prompt.id)).toBe(true);
    expect(await prompts.remove(owner, prompt.id)).toBe(false);
    expect(await prompts.get(owner, prompt.id)).toBeUndefined();
  });

  test('are changed field by field, and one that is gone stays gone', async () => {
    const prompts = await make();
    const { id, ...prompt } = newPrompt({ title: 'Rain', secondImage: newId('ast') });
    await prompts.create(owner, { id, ...prompt });
    const { title, secondImage, ...bare } = prompt;
    for (const _ of ['once', 'twice'])
      expect(await prompts.change(owner, id, { title: null, text: undefined }, later)).toMatchObject({
        ...bare,
        secondImage,
        updatedAt: later,
      });
    expect(await prompts.get(owner, id)).not.toHaveProperty('title');
    await prompts.remove(owner, id);
    expect(await prompts.change(owner, id, { text: 'back' }, later)).toBeUndefined();
    expect(await prompts.get(owner, id)).toBeUndefined();
  });

  test('are listed newest first, behind a place that need not exist any more', async () => {
    const prompts = await make();
    const ids: PromptId[] = [];
    for (let n = 0; n < 5; n += 1) {
      const prompt = newPrompt();
      await prompts.create(owner, prompt, { key: `key-${n}`, fingerprint: 'f' });
      ids.unshift(prompt.id);
    }
    await prompts.create(stranger, newPrompt());
    const first = await prompts.list(owner, { limit: 2 });
    expect([first.items.map(({ id }) => id), first.next]).toEqual([ids.slice(0, 2), ids[1]]);
    await prompts.remove(owner, first.next ?? newId('prm'));
    const rest = await prompts.list(owner, { limit: 100, before: first.next });
    expect([rest.items.map(({ id }) => id), rest.next]).toEqual([ids.slice(2), undefined]);
    expect(await prompts.list(owner, { limit: 100, before: ids[4] })).toEqual({ items: [], next: undefined });
  });

  test('are made once by a key, also when asked for twenty times at once, and for good', async () => {
    const prompts = await make();
    const by = { key: 'key-1', fingerprint: 'f' };
    expect(await prompts.madeBy(owner, 'key-1')).toBeUndefined();
    const tries = Array.from({ length: 20 }, () => newPrompt());
    const outcomes = await Promise.all(tries.map((prompt) => prompts.create(owner, prompt, by)));
    const made = tries[outcomes.indexOf('created')]?.id;
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome !== 'created') expect(outcome).toMatchObject({ item: made, fingerprint: 'f' });
    expect((await prompts.list(owner, { limit: 100 })).items.map(({ id }) => id)).toEqual([made]);
    await prompts.remove(owner, made ?? newId('prm'));
    expect(await prompts.create(owner, newPrompt(), by)).toMatchObject({ item: made });
    expect(await prompts.madeBy(owner, 'key-1')).toMatchObject({ item: made });
    expect(await prompts.create(stranger, newPrompt(), by)).toBe('created');
  });

  test('are no more than 500 a user, however many come at once', async () => {
    const prompts = await make();
    for (let n = 0; n < maxPrompts - 3; n += 1) await prompts.create(owner, newPrompt());
    const last = Array.from({ length: 8 }, () => newPrompt());
    const outcomes = await Promise.all(last.map((prompt) => prompts.create(owner, prompt)));
    expect(outcomes.toSorted()).toEqual([...Array(3).fill('created'), ...Array(5).fill('full')]);
    const [removed] = (await prompts.list(owner, { limit: 1 })).items;
    await Promise.all([1, 2, 3].map(() => prompts.remove(owner, removed?.id ?? newId('prm'))));
    expect(await prompts.create(owner, newPrompt())).toBe('created');
    expect(await prompts.create(owner, newPrompt())).toBe('full');
    expect(await prompts.create(stranger, newPrompt())).toBe('created');
  }, 30_000);
});

describe('NB4 the table of prompts', () => {
  test('costs what it should: one read a look, one transaction a change of number', async () => {
    const table = await newTable();
    const prompts = promptTable(dynamo.client, table);
    const calls = meter(dynamo.client);
    const prompt = newPrompt();
    await prompts.create(owner, prompt, { key: 'key-1', fingerprint: 'f' });
    await prompts.get(owner, prompt.id);
    await prompts.list(owner, { limit: 20 });
    await prompts.change(owner, prompt.id, { text: 'a dog' }, later);
    await prompts.remove(owner, prompt.id);
    expect(calls.map(({ operation, units }) => [operation, units])).toEqual([
      ['TransactWriteItems', 6],
      ['GetItem', 1],
      ['Query', 1],
      ['UpdateItem', 1],
      ['TransactWriteItems', 4],
    ]);
    dynamo.client.middlewareStack.remove('meter');
  });

  test('forgets what a key made after a week, and nothing else by itself', async () => {
    const table = await newTable();
    await promptTable(dynamo.client, table).create(owner, newPrompt(), { key: 'key-1', fingerprint: 'f' });
    const ends = (await items(table)).map(({ id, expires }) => [String(id).slice(0, 4), expires]);
    expect(ends.toSorted()).toEqual([
      ['#cou', undefined],
      ['#key', Date.parse('2026-11-27T10:00:00.000Z') / 1_000],
      ['prm_', undefined],
    ]);
  });

  test('a page ends where DynamoDB ends it, and the next one goes on', async () => {
    const prompts = promptTable(dynamo.client, await newTable());
    for (let n = 0; n < 60; n += 1) await prompts.create(owner, newPrompt({ text: '漢'.repeat(8_000) }));
    const first = await prompts.list(owner, { limit: 100 });
    expect(first.items.length).toBeLessThan(60);
    const { items: rest, next } = await prompts.list(owner, { limit: 100, before: first.next });
    expect([first.items.length + rest.length, next]).toEqual([60, undefined]);
  });

  test('a write that meets another of the same user tries again', async () => {
    const table = await newTable();
    const prompts = promptTable(dynamo.client, table);
    let conflicts = 2;
    dynamo.client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'TransactWriteItemsCommand' || conflicts === 0) return next(args);
        conflicts -= 1;
        throw new TransactionCanceledException({
          message: 'conflict',
          $metadata: {},
          CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
        });
      },
      { step: 'initialize', name: 'conflict' },
    );
    const prompt = newPrompt();
    expect(await prompts.create(owner, prompt)).toBe('created');
    conflicts = 99;
    await expect(prompts.remove(owner, prompt.id)).rejects.toMatchObject({ name: 'ContentionError' });
    dynamo.client.middlewareStack.remove('conflict');
    expect([await countOf(table), (await prompts.list(owner, { limit: 9 })).items.length]).toEqual([1, 1]);
  });

  test('over a network that loses requests and answers the count stays right', async () => {
    const table = await newTable();
    const lossy = await startLossyProxy(dynamo.endpoint, { probability: 0.2, seed: 7 });
    const base = new DynamoDBClient({
      endpoint: lossy.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 20,
    });
    const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
    const prompts = promptTable(client, table);
    const made = Array.from({ length: 30 }, () => newPrompt());
    for (const [n, prompt] of made.entries()) {
      const by = n % 2 ? { key: `key-${n}`, fingerprint: 'f' } : undefined;
      expect(await prompts.create(owner, prompt, by)).toBe('created');
      if (n % 3 === 0) await prompts.remove(owner, prompt.id);
    }
    base.destroy();
    await lossy.close();
    expect(lossy.lost.answers).toBeGreaterThan(0);
    const { items: left } = await promptTable(dynamo.client, table).list(owner, { limit: 100 });
    expect([left.length, await countOf(table)]).toEqual([20, 20]);
  }, 30_000);

  test('everything of a user who leaves goes by the owner', async () => {
    const table = await newTable();
    const prompts = promptTable(dynamo.client, table);
    await prompts.create(owner, newPrompt(), { key: 'key-1', fingerprint: 'f' });
    await prompts.create(stranger, newPrompt());
    await removeItems(dynamo.client, { name: table, sortKey: 'id' })(owner, () => true);
    expect((await items(table)).map((item) => item.owner)).toEqual(['sparky#user-2', 'sparky#user-2']);
  });
});

describe('assets to show', () => {
  test.each(['in memory', 'in DynamoDB'])('are those that are there and ready, %s', async (place) => {
    const table = await dynamo.createKeyedTable(`assets-${place.length}`, 'owner', 'id');
    const assets = place === 'in memory' ? memoryAssets() : assetTable(dynamo.client, table);
    const ready = place === 'in memory' ? memoryReadyAssets(assets) : readyAssets(dynamo.client, table);
    const file = { etag: '"e"', bytes: 8, sha256: 'ab', width: 3, height: 2 };
    const ids = Array.from({ length: 130 }, () => newId('ast'));
    for (const id of ids) {
      await assets.create(owner, { id, contentType: 'image/png', bytes: 9, createdAt: at });
      await assets.markReady(owner, id, file);
    }
    const [first = newId('ast'), second = newId('ast'), ...others] = ids;
    await assets.markRejected(owner, first, 'broken');
    await assets.remove(owner, second);
    expect(await ready(owner, [...ids, ...ids, newId('ast')])).toEqual(new Set(others));
    expect(await ready(stranger, ids)).toEqual(new Set());
    expect(await ready(owner, [])).toEqual(new Set());
  });
});
