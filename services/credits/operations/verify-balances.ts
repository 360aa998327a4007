/**
 * I7 for the balances: each row is what the account's newest event says. A chain cannot tell that its last events were cut
 * off; a row that knows of a newer one can.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Catalog } from '#services/catalog/contracts.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import type { AccountStore } from '../handle-account.ts';
import { balanceOf } from '../read-models/balances.ts';
import type { Finding } from './check-account.ts';
import type { Row } from './rebuild.ts';
import { scanSegments } from './scan.ts';
import { maxFindings } from './verify.ts';

export interface VerifiedBalances {
  readonly rows: number;
  /** Rows of an older event than the newest: on their way, or lost on it. */
  readonly behind: number;
  readonly bad: number;
  readonly findings: readonly Finding[];
}

const readsAtOnce = 32;

const judge = async (store: AccountStore, catalog: Catalog, row: Row): Promise<Finding | 'behind' | undefined> => {
  const stream = String(row.owner);
  const version = Number(row.version);
  const [newest] = await store.read(stream, { direction: 'backward', limit: 1 });
  if (!newest || newest.version < version)
    return {
      stream,
      version: (newest?.version ?? 0) + 1,
      invariant: 'I6',
      what: `the event is missing: its balance row is of version ${version}`,
    };
  if (newest.version > version) return 'behind';
  const due = balanceOf(newest, await catalog.app(parseOwnerKey(stream).app));
  if (isDeepStrictEqual({ ...row }, JSON.parse(JSON.stringify(due)))) return undefined;
  const what = `its balance row is not what the event says: rebuild it`;
  return { stream, version, id: newest.id, type: newest.event.type, invariant: 'I7', what };
};

export const verifyBalances = async (
  client: DynamoDBDocumentClient,
  eventsTable: string,
  { table, catalog }: { readonly table: string; readonly catalog: Catalog },
  { segments, onProgress }: { readonly segments: number; readonly onProgress?: (rows: number) => void },
): Promise<VerifiedBalances> => {
  const store = dynamoEventStore<Account, AccountEvent>(client, eventsTable);
  const counts = { rows: 0, behind: 0, bad: 0 };
  const findings: Finding[] = [];
  await scanSegments<Row>({
    client,
    table,
    segments,
    async onPage(_segment, rows) {
      for (let from = 0; from < rows.length; from += readsAtOnce) {
        const judged = await Promise.all(rows.slice(from, from + readsAtOnce).map((row) => judge(store, catalog, row)));
        const bad = judged.filter((verdict) => typeof verdict === 'object');
        counts.behind += judged.filter((verdict) => verdict === 'behind').length;
        counts.bad += bad.length;
        findings.push(...bad.slice(0, maxFindings - findings.length));
      }
      counts.rows += rows.length;
      onProgress?.(counts.rows);
    },
  });
  return { ...counts, findings };
};
