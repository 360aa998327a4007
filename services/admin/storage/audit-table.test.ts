/** FS9 what was written down: each message once, in any order, told again newest first, page by page; and nobody can change it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditIntent, AuditMessage, AuditOutcome } from '#shared/http/audit.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { type AuditedAct, type AuditQuery, auditTable } from './audit-table.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.close());

let made = 0;
const setup = async () => {
  made += 1;
  const name = await db.createIndexedTable(`audit-${made}`, ['app', 'entry'], {
    byActor: { partitionKey: 'appActor', sortKey: 'entry' },
  });
  const table = auditTable(db.client, name);
  /** Page by page to the end. */
  const all = async (query: AuditQuery) => {
    const acts: AuditedAct[] = [];
    for (let before: string | undefined, pages = 0; pages < 100; pages += 1) {
      const page = await table.list({ ...query, before });
      expect(page.acts.length).toBeLessThanOrEqual(query.limit);
      acts.push(...page.acts);
      before = page.next;
      if (before === undefined) return acts;
    }
    throw new Error('the pages do not end');
  };
  return { table, all };
};

const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
const intent = (number: number, more: Partial<AuditIntent> = {}): AuditIntent => ({
  kind: 'intent',
  id: `r${number}`,
  at: at(number),
  app: 'sparky',
  actor: 'admin:boss',
  service: 'credits',
  route: 'adjust',
  method: 'POST',
  path: '/',
  params: {},
  query: {},
  body: null,
  bodyCut: false,
  correlationId: 'c',
  ...more,
});
const outcome = ({ id, at, app, actor }: AuditIntent, status = 200): AuditOutcome => ({
  kind: 'outcome',
  id,
  at,
  app,
  actor,
  status,
  endedAt: at,
});

test('messages that come twice, late or turned round make the same list, whatever the pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      // Acts of one moment too, some whose end never came.
      fc.array(fc.record({ minute: fc.nat(5), ended: fc.boolean() }), { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 4 }),
      async (given, chance, limit) => {
        const { table, all } = await setup();
        const acts = given.map(({ minute, ended }, number) => ({
          intent: intent(number, { at: at(minute) }),
          ended,
        }));
        const messages = acts.flatMap(({ intent, ended }): AuditMessage[] =>
          ended ? [intent, outcome(intent)] : [intent],
        );
        const order = [...messages, ...messages]
          .map((message) => [chance.next().value ?? 0, message] as const)
          .toSorted(([one], [other]) => one - other);
        for (const [, message] of order) await table.add(message);
        const expected = acts
          .toSorted((one, other) =>
            `${one.intent.at}#${one.intent.id}` < `${other.intent.at}#${other.intent.id}` ? 1 : -1,
          )
          .map(({ intent, ended }) => [intent.id, ended ? 200 : undefined]);
        const got = (await all({ app: 'sparky', limit })).map(({ intent, outcome }) => [intent.id, outcome?.status]);
        expect(got).toEqual(expected);
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);

test('what was written down first stays: another message of the same act changes nothing', async () => {
  const { table, all } = await setup();
  await table.add(intent(1, { body: '{"credits":5}' }));
  await table.add(intent(1, { body: '{"credits":1}' }));
  await table.add(outcome(intent(1), 409));
  await table.add(outcome(intent(1), 200));
  expect(await all({ app: 'sparky', limit: 5 })).toMatchObject([
    { intent: { body: '{"credits":5}' }, outcome: { status: 409 } },
  ]);
});

test('I8 lists are of one app, of one actor, and from a time on', async () => {
  const { table, all } = await setup();
  const acts = [
    intent(1),
    intent(2, { actor: 'admin:clerk' }),
    intent(3, { app: 'baby-music' }),
    intent(4, { app: '*', actor: 'operator:key-0123456789ab' }),
    intent(5),
  ];
  for (const act of acts) for (const message of [act, outcome(act)]) await table.add(message);
  const ids = async (query: Omit<AuditQuery, 'limit'>) =>
    (await all({ ...query, limit: 1 })).map((act) => act.intent.id);
  expect(await ids({ app: 'sparky' })).toEqual(['r5', 'r2', 'r1']);
  expect(await ids({ app: 'sparky', actor: 'admin:boss' })).toEqual(['r5', 'r1']);
  expect(await ids({ app: 'sparky', since: at(2) })).toEqual(['r5', 'r2']);
  expect(await ids({ app: 'sparky', actor: 'admin:boss', since: at(2) })).toEqual(['r5']);
  expect(await ids({ app: '*' })).toEqual(['r4']);
  expect(await ids({ app: 'nano-banana' })).toEqual([]);
});

test('an end whose beginning has not come yet is not shown, and hides nothing', async () => {
  const { table, all } = await setup();
  for (const number of [2, 3, 4, 5, 6]) await table.add(outcome(intent(number)));
  await table.add(intent(1));
  expect((await all({ app: 'sparky', limit: 1 })).map(({ intent }) => intent.id)).toEqual(['r1']);
});
