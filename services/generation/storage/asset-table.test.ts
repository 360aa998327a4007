/** When assets expire, on a real table and in memory alike: what nothing uses is gone after 30 days, its first use keeps it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Id, newId } from '#shared/ids.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { memoryAssets, owner } from '../test/memory.ts';
import { secondsAfter } from '../time.ts';
import { assetTable, unusedDays } from './asset-table.ts';

const createdAt = '2026-11-20T10:00:00.000Z';
const end = secondsAfter(createdAt, unusedDays * 86_400);
const stranger = { ...owner, user: 'user-2' };

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());

let tables = 0;
const world = async (place: string) => {
  let now = createdAt;
  const clock = () => now;
  tables += 1;
  const assets =
    place === 'in memory'
      ? memoryAssets(clock)
      : assetTable(dynamo.client, await dynamo.createKeyedTable(`assets-${tables}`, 'owner', 'id'), clock);
  const announce = async (): Promise<Id<'ast'>> => {
    const id = newId('ast');
    await assets.create(owner, { id, contentType: 'image/png', bytes: 9, createdAt });
    return id;
  };
  const listed = async (limit = 10) => {
    const ids: string[] = [];
    let before: Id<'ast'> | undefined;
    do {
      const page = await assets.list(owner, { limit, before });
      ids.push(...page.items.map(({ id }) => id));
      before = page.next;
    } while (before);
    return ids;
  };
  return { assets, announce, listed, go: (at: string) => (now = at) };
};

describe.each(['in DynamoDB', 'in memory'])('PP3 assets %s', (place) => {
  test('one that nothing used is not there after 30 days, though its row still is', async () => {
    const { assets, announce, listed, go } = await world(place);
    const id = await announce();
    go(secondsAfter(end, -1));
    expect(await assets.get(owner, id)).toMatchObject({ id });
    expect(await listed()).toEqual([id]);
    go(end);
    expect(await assets.get(owner, id)).toBeUndefined();
    expect(await listed()).toEqual([]);
    expect(await assets.rename(owner, id, 'late.png')).toBeUndefined();
  });

  test('its first use keeps it, and twice is the same', async () => {
    const { assets, announce, listed, go } = await world(place);
    const id = await announce();
    expect([await assets.keep(owner, id), await assets.keep(owner, id)]).toEqual([true, true]);
    go(secondsAfter(end, 86_400));
    expect(await assets.get(owner, id)).toMatchObject({ id, status: 'awaiting_upload' });
    expect(await listed()).toEqual([id]);
  });

  test('a use that is told late saves what DynamoDB has not removed yet, and brings nothing back that it has', async () => {
    const { assets, announce, go } = await world(place);
    const [late, gone] = [await announce(), await announce()];
    go(secondsAfter(end, 60));
    expect(await assets.keep(owner, late)).toBe(true);
    expect(await assets.get(owner, late)).toMatchObject({ id: late });
    await assets.remove(owner, gone);
    expect(await assets.keep(owner, gone)).toBe(false);
    expect(await assets.get(owner, gone)).toBeUndefined();
  });

  test('a list is whole, however many of its rows have expired', async () => {
    const { assets, announce, listed, go } = await world(place);
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const id = await announce();
      if (n % 5 === 0) {
        await assets.keep(owner, id);
        ids.unshift(id);
      }
    }
    go(end);
    expect(await listed(2)).toEqual(ids);
  });

  test('a new name, and none again; the expiry stays as it is', async () => {
    const { assets, announce, go } = await world(place);
    const id = await announce();
    expect(await assets.rename(owner, id, 'cat.png')).toMatchObject({ id, fileName: 'cat.png' });
    expect((await assets.rename(owner, id, null))?.fileName).toBeUndefined();
    expect(await assets.rename(stranger, id, 'mine.png')).toBeUndefined();
    go(end);
    expect(await assets.get(owner, id)).toBeUndefined();
  });
});
