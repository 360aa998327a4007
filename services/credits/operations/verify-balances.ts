/**
 * I7 for the balances: every account has a row, and it is what the account's newest event says. A chain cannot tell that its
 * last events were cut off; a row that knows of a newer one can. Rows on their way get some seconds to arrive.
 */
import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { Row } from '#shared/operations/rebuild-rows.ts';
import { scanSegments } from '#shared/operations/scan.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { balanceOf } from '../read-models/balances.ts';
import { type AccountRecord, eventMissing, type Finding } from './check-account.ts';
import { maxFindings } from './verify.ts';

export interface VerifiedBalances {
  readonly rows: number;
  readonly bad: number;
  readonly findings: readonly Finding[];
}

export interface VerifyBalancesOptions {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
  readonly balancesTable: string;
  readonly catalog: Catalog;
  /** Every account that has events. Their names alone are kept: some hundred bytes each, a few hundred MB for millions. */
  readonly accounts: ReadonlySet<string>;
  readonly segments: number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly onProgress?: (rows: number) => void;
}

const readsAtOnce = 32;
/** Before the accounts whose rows are late are looked at again, all of them together. */
const waits = [200, 600, 1_000, 1_200] as const;

/** `late`: no row, or one of an event older than `due`. */
type Verdict = { readonly late: number; readonly has: number | undefined } | { readonly finding: Finding | undefined };
type Judge = (stream: string, row: Row | undefined, due?: number) => Promise<Verdict>;

/** `due`: the version that the row must have reached; unless given, that of the newest event by now. */
const judgeIn = ({ client, eventsTable, catalog }: VerifyBalancesOptions): Judge => {
  const store = dynamoEventStore<Account, AccountEvent>(client, eventsTable);
  const compare = async (recorded: AccountRecord, row: Row): Promise<Finding | undefined> => {
    const { stream, version, id, event } = recorded;
    const right = balanceOf(recorded, await catalog.app(parseOwnerKey(stream).app));
    if (isDeepStrictEqual({ ...row }, JSON.parse(JSON.stringify(right)))) return undefined;
    const what = 'its balance row is not what the event says: rebuild it';
    return { stream, version, id, type: event.type, invariant: 'I7', what };
  };
  return async (stream, row, due) => {
    const has = row && Number(row.version);
    // Read after the row: an event that only came since cannot make the row look ahead of the events.
    const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
    const exists = newest?.version ?? 0;
    if (row && has !== undefined && has > exists) {
      const what = `${eventMissing}: its balance row is of version ${has}`;
      return { finding: { stream, version: exists + 1, invariant: 'I6', what } };
    }
    if (!row || has === undefined || has < (due ?? exists)) return { late: due ?? exists, has };
    // The account may have gone on since; then the row is judged by its own event.
    const own = has === exists ? newest : (await store.read(stream, { after: has - 1, limit: 1 }))[0];
    return { finding: own && (await compare(own, row)) };
  };
};

const lateFinding = (stream: string, version: number, has: number | undefined): Finding => {
  const row = has === undefined ? 'its balance row is missing' : `its balance row is still of version ${has}`;
  return { stream, version, invariant: 'I7', what: `${row}: rebuild it` };
};

const inBatches = async <Value>(values: readonly Value[], work: (value: Value) => Promise<void>): Promise<void> => {
  for (let from = 0; from < values.length; from += readsAtOnce)
    await Promise.all(values.slice(from, from + readsAtOnce).map(work));
};

export const verifyBalances = async (options: VerifyBalancesOptions): Promise<VerifiedBalances> => {
  const { client, balancesTable: table, accounts, segments, wait, onProgress } = options;
  const judge = judgeIn(options);
  const counts = { rows: 0, bad: 0 };
  const findings: Finding[] = [];
  const blame = (finding: Finding): void => {
    counts.bad += 1;
    if (findings.length < maxFindings) findings.push(finding);
  };

  const unseen = new Set(accounts);
  /** By stream: the version that its row must reach, and the one that it has. */
  const late = new Map<string, { readonly due: number; readonly has: number | undefined }>();
  const judgeRow = async (stream: string, row: Row | undefined): Promise<void> => {
    const verdict = await judge(stream, row, late.get(stream)?.due);
    if ('late' in verdict) late.set(stream, { due: verdict.late, has: verdict.has });
    else {
      late.delete(stream);
      if (verdict.finding) blame(verdict.finding);
    }
  };
  const readAndJudge = async (stream: string): Promise<void> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { owner: stream }, ConsistentRead: true }),
    );
    await judgeRow(stream, Item);
  };

  await scanSegments<Row>({
    client,
    table,
    segments,
    async onPage(_segment, rows) {
      for (const { owner } of rows) unseen.delete(String(owner));
      await inBatches(rows, (row) => judgeRow(String(row.owner), row));
      counts.rows += rows.length;
      onProgress?.(counts.rows);
    },
  });
  await inBatches([...unseen], readAndJudge);
  for (const milliseconds of waits) {
    if (late.size === 0) break;
    await wait(milliseconds);
    await inBatches([...late.keys()], readAndJudge);
  }
  for (const [stream, { due, has }] of late) blame(lateFinding(stream, due, has));
  return { ...counts, findings: findings.toSorted((one, other) => one.stream.localeCompare(other.stream)) };
};
