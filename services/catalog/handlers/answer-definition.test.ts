import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { meter } from '#shared/testing/dynamodb.ts';
import { type AppOffer, definitionAnswer, offerOf } from '../contracts.ts';
import { newOffer } from '../current-offers.ts';
import { offerStream } from '../domain/offer.ts';
import { fileOf, fileWith, startTable, type TestTable, withTool } from '../test/offers.ts';
import { answerDefinition } from './answer-definition.ts';

let tables: TestTable;
beforeAll(async () => {
  tables = await startTable('offers');
});
afterAll(() => tables.close());

let app = '';
let apps = 0;
beforeEach(() => {
  apps += 1;
  app = `app-${apps}`;
});
/** Sparky under a name of the test's own. */
const file = (changes: Partial<AppOffer> = {}) => ({ ...fileWith('sparky', changes), id: app });
const processWith = (changes: Partial<AppOffer> = {}) => {
  const made = tables.process([file(changes)]);
  const answer = answerDefinition(made);
  return { ...made, answer, name: async () => (await made.served.read(app))?.definition.name };
};
const found = async (answer: ReturnType<typeof answerDefinition>, request: object = {}) => {
  const parsed = definitionAnswer.parse(await answer({ app, ...request }));
  if (parsed.status !== 'found') throw new Error(parsed.status);
  return parsed;
};
const history = async () =>
  (await tables.store.read(offerStream(app), { limit: 100 })).map(({ version, event }) => `${version} ${event.type}`);
/** As an admin elsewhere does it. */
const edit = async (offer: AppOffer, also: { readonly publishes?: true } = {}) => {
  const { offers } = processWith();
  const current = await offers.current(app);
  const meta = { actor: 'admin:boss', correlationId: 'request-1' };
  const command = { type: 'ChangeOffer', ...newOffer(current, offer, '2026-11-05T10:00:00.000Z'), ...also } as const;
  expect((await tables.handle(offerStream(app), command, meta)).accepted).toBe(true);
};

describe('SP15 the definition that other services ask for', () => {
  test.each(definitions.map((definition) => [definition.id, definition] as const))(
    '%s is first what its file says, through the table and back',
    async (id, definition) => {
      const answer = await answerDefinition(tables.process())({ app: id });
      expect(answer).toEqual({ status: 'found', revision: expect.stringMatching(/^1-[\w-]{8}$/), definition });
      expect(JSON.stringify(answer)).toContain(JSON.stringify(definition.tools));
    },
  );
  test('an app without a file is unknown, whatever the table holds, and costs no call', async () => {
    const calls = meter(tables.client);
    expect(await answerDefinition(tables.process([]))({ app: 'sparky' })).toEqual({ status: 'unknown' });
    expect(await answerDefinition(tables.process())({ app: 'constructor' })).toEqual({ status: 'unknown' });
    expect(calls).toEqual([]);
  });
  test('is not sent again to who has it', async () => {
    const { answer } = processWith();
    const { revision } = await found(answer);
    expect(await answer({ app, have: revision })).toEqual({ status: 'unchanged' });
    expect(await answer({ app, have: '0-xxxxxxxx' })).toMatchObject({ status: 'found' });
  });
  test('other settings with the same offer are another revision', async () => {
    const one = await found(processWith().answer);
    const [other] = [{ ...file(), zone: 'Asia/Tokyo' }];
    const answer = answerDefinition(tables.process(other ? [other] : []));
    const two = await found(answer, { have: one.revision });
    expect(two.definition.zone).toBe('Asia/Tokyo');
    expect(two.revision.split('-')[0]).toBe(one.revision.split('-')[0]);
  });
  test('a change elsewhere is seen after a second, and not asked for before', async () => {
    const { answer, clock } = processWith();
    const { revision } = await found(answer);
    await edit(withTool('sparky', 'photo-filter', { active: false }));
    clock.now = 1_000;
    const calls = meter(tables.client);
    expect(await answer({ app, have: revision })).toEqual({ status: 'unchanged' });
    expect(calls).toEqual([]);
    clock.now = 1_001;
    const { definition } = await found(answer, { have: revision });
    expect(definition.tools.find(({ id }) => id === 'photo-filter')?.active).toBe(false);
    expect(calls.map(({ operation }) => operation)).toEqual(['Query']);
  });
  test('a cold process takes one Query, a warm one none', async () => {
    await processWith().name();
    const { name } = processWith();
    const calls = meter(tables.client);
    await Promise.all([name(), name(), name()]);
    await name();
    expect(calls.map(({ operation }) => operation)).toEqual(['Query']);
  });
  test('what is no request fails', async () => {
    await expect(processWith().answer({ app: 'No App!' })).rejects.toThrow();
  });
});

describe('SP15 seeds', () => {
  test('ten processes that look at once append one version', async () => {
    const names = await Promise.all(Array.from({ length: 10 }, () => processWith().name()));
    expect(new Set(names)).toEqual(new Set(['Sparky']));
    expect(await history()).toEqual(['1 OfferSeeded']);
  });
  test('two deployments side by side: the newer file stays, whoever looks last', async () => {
    const [old, next] = [processWith(), processWith({ name: 'Sparky 2' })];
    expect(await old.name()).toBe('Sparky');
    expect(await next.name()).toBe('Sparky 2');
    for (const look of [1, 2, 3]) {
      old.clock.now = look * 2_000;
      next.clock.now = look * 2_000;
      expect([await old.name(), await next.name()]).toEqual(['Sparky 2', 'Sparky 2']);
    }
    expect(await history()).toEqual(['1 OfferSeeded', '2 OfferSeeded']);
  });
  test('a file that comes after an edit is set aside, and the log says so once', async () => {
    await edit({ ...offerOf(file()), name: 'Edited' });
    const next = processWith({ name: 'Sparky 2' });
    for (const look of [0, 2, 4]) {
      next.clock.now = look * 1_000;
      expect(await next.name()).toBe('Edited');
    }
    expect(next.lines).toEqual([{ level: 'warn', message: 'seed set aside' }]);
    const others = await Promise.all(Array.from({ length: 5 }, () => processWith({ name: 'Sparky 2' }).name()));
    expect(new Set(others)).toEqual(new Set(['Edited']));
    expect(await history()).toEqual(['1 OfferSeeded', '2 OfferChanged', '3 SeedSetAside']);
  });
  test('ten processes that look at once set a file aside once', async () => {
    await edit({ ...offerOf(file()), name: 'Edited' });
    await Promise.all(Array.from({ length: 10 }, () => processWith({ name: 'Sparky 2' }).name()));
    expect(await history()).toEqual(['1 OfferSeeded', '2 OfferChanged', '3 SeedSetAside']);
  });
  test('after a file was published the next ones are applied again, and no deployment of before undoes it', async () => {
    const first = processWith();
    await first.name();
    await edit({ ...offerOf(file()), name: 'Edited' });
    const aside = processWith({ name: 'Set aside' });
    expect(await aside.name()).toBe('Edited');
    await edit(offerOf(file({ name: 'File 2' })), { publishes: true });
    const next = processWith({ name: 'File 3' });
    for (const [look, name] of ['File 2', 'File 3', 'File 3'].entries()) {
      if (look === 1) expect(await next.name()).toBe(name);
      for (const { clock } of [first, aside]) clock.now = (look + 1) * 2_000;
      expect([await first.name(), await aside.name()]).toEqual([name, name]);
    }
    expect(aside.lines).toEqual(['seed set aside', 'seed superseded'].map((message) => ({ level: 'warn', message })));
    expect((await history()).slice(2)).toEqual(['3 SeedSetAside', '4 OfferChanged', '5 OfferSeeded']);
  });
  test('an earlier file that is deployed again is not applied, and the log says so once', async () => {
    for (const name of ['File 1', 'File 2']) await processWith({ name }).name();
    const again = processWith({ name: 'File 1' });
    for (const look of [0, 2, 4]) {
      again.clock.now = look * 1_000;
      expect(await again.name()).toBe('File 2');
    }
    expect(again.lines).toEqual([{ level: 'warn', message: 'seed superseded' }]);
    const newest = processWith({ name: 'File 2' });
    await newest.name();
    expect(newest.lines).toEqual([]);
  });
});

describe('when the table does not give what is needed', () => {
  /** Past every check, as only an operator could. */
  const writeOffer = async (changes: object) => {
    const [newest] = await tables.store.read(offerStream(app), { direction: 'backward', limit: 1 });
    if (!newest) throw new Error('no offer');
    const { version, state, hash, event } = newest;
    const data = { ...event, offer: JSON.stringify({ ...offerOf(fileOf('sparky')), ...changes }) };
    const Item = { ...newest, event: undefined, data, type: 'OfferChanged', version: version + 1, state, hash };
    await tables.client.send(new PutCommand({ TableName: tables.table, Item }));
  };
  const breakOffer = () => writeOffer({ tools: [] });
  test('a field of a newer deployment is left alone', async () => {
    const { name, clock, served } = processWith();
    await name();
    await writeOffer({ name: 'Newer', bundles: [{ id: 'x' }] });
    clock.now = 2_000;
    expect(await name()).toBe('Newer');
    expect(definitionAnswer.parse(await answerDefinition({ served })({ app })).status).toBe('found');
  });
  test('an offer that breaks the rules is not served: the last good one is, and the log complains', async () => {
    const { name, clock, lines } = processWith();
    await name();
    await breakOffer();
    clock.now = 2_000;
    expect(await name()).toBe('Sparky');
    expect(lines.at(-1)).toEqual({ level: 'error', message: 'offer not read' });
    clock.now = 11 * 60_000;
    await expect(name()).rejects.toThrow('cannot be read');
  });
  test('a process that never had a good one fails', async () => {
    await processWith().name();
    await breakOffer();
    await expect(processWith().name()).rejects.toThrow('cannot be read');
  });
});
