/**
 * Verifies every account of an events table. The table is scanned once; a stream that looks wrong is read again by
 * itself before it is called so, because a scan shows no single moment and may tear a stream apart.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoEventStore, type EventItem, fromItem, markerPrefix } from '#shared/eventsourcing/dynamo-event-store.ts';
import { readAll } from '#shared/eventsourcing/event-store.ts';
import { scanSegments } from '#shared/operations/scan.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import type { AccountStore } from '../handle-account.ts';
import { type AccountRecord, accountCheck, type Finding } from './check-account.ts';

export interface Verified {
  readonly accounts: number;
  readonly events: number;
  /** Accounts with something wrong; of the first hundred `findings` says what. */
  readonly bad: number;
  readonly findings: readonly Finding[];
}

export interface VerifyOptions {
  readonly client: DynamoDBDocumentClient;
  readonly eventsTable: string;
  readonly segments: number;
  /** Told of each account once or, where the scan tears it apart, more often. */
  readonly onAccount?: (stream: string) => void;
  readonly onProgress?: (counts: { readonly accounts: number; readonly events: number; readonly bad: number }) => void;
}

export const maxFindings = 100;

/** The first thing wrong with one account, by its own events alone. */
const findingOf = async (store: AccountStore, stream: string): Promise<Finding | undefined> => {
  const check = accountCheck();
  for await (const recorded of readAll(store, stream)) {
    const finding = check.next(recorded);
    if (finding) return finding;
  }
  return undefined;
};

/** Follows one segment's items from stream to stream. */
const followSegment = () => {
  let stream: string | undefined;
  let check = accountCheck();
  let suspect = false;
  return (recorded: AccountRecord): { readonly begins: boolean; readonly suspected: boolean } => {
    const begins = recorded.stream !== stream;
    if (begins) {
      stream = recorded.stream;
      check = accountCheck();
      suspect = false;
    }
    if (suspect) return { begins, suspected: false };
    suspect = check.next(recorded) !== undefined;
    return { begins, suspected: suspect };
  };
};

export const verifyLedger = async ({
  client,
  eventsTable,
  segments,
  onAccount,
  onProgress,
}: VerifyOptions): Promise<Verified> => {
  const store = dynamoEventStore<Account, AccountEvent>(client, eventsTable);
  const counts = { accounts: 0, events: 0, bad: 0 };
  const findings: Finding[] = [];
  const followers = Array.from({ length: segments }, followSegment);
  const confirm = async (stream: string, begins: boolean): Promise<void> => {
    const finding = await findingOf(store, stream);
    if (finding) {
      counts.bad += 1;
      if (findings.length < maxFindings) findings.push(finding);
    }
    // The scan met the stream's later part by itself: it is counted with its first.
    else if (begins) counts.accounts -= 1;
  };
  await scanSegments<EventItem>({
    client,
    table: eventsTable,
    segments,
    async onPage(segment, items) {
      for (const item of items) {
        if (item.stream.startsWith(markerPrefix)) continue;
        const followed = followers[segment]?.(fromItem<AccountEvent, Account>(item));
        counts.events += 1;
        if (followed?.begins) {
          counts.accounts += 1;
          onAccount?.(item.stream);
        }
        if (followed?.suspected) await confirm(item.stream, followed.begins);
      }
      onProgress?.(counts);
    },
  });
  return { ...counts, findings: findings.toSorted((one, other) => one.stream.localeCompare(other.stream)) };
};
