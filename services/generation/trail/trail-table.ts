/**
 * The audit trail as owners read it: a copy of each job's events without what is no business of theirs, one row an event. A row
 * is the same whenever it is written. It lives for 90 days; the events themselves stay (docs/adr/0017).
 */
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { type Job, parseJobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import { epochSeconds } from '../time.ts';
import { type EventView, eventView } from './event-view.ts';

/** Counted from the event on. */
export const trailDays = 90;

export interface Trail {
  /** Written twice, or late, it is the same row. */
  write(recorded: RecordedEvent<JobEvent, Job>): Promise<void>;
  /** Oldest first, behind version `after`. `next`: the version to read on behind. */
  list(
    owner: Owner,
    job: string,
    page: { readonly limit: number; readonly after: number },
  ): Promise<{ readonly events: readonly EventView[]; readonly next: number | undefined }>;
}

export type TrailRow = EventView & {
  readonly owner: string;
  /** Job and version: all of a user goes by the owner, and a job's rows are in their order. */
  readonly id: string;
  /** Epoch second. */
  readonly expires: number;
};

/** A job ends long before its versions need more. */
const versionDigits = 6;
const rowId = (job: string, version: number): string => `${job}#${String(version).padStart(versionDigits, '0')}`;

export const trailRow = (recorded: RecordedEvent<JobEvent, Job>): TrailRow => {
  const { owner, id } = parseJobStream(recorded.stream);
  return {
    owner: ownerKey(owner),
    id: rowId(id, recorded.version),
    ...eventView(recorded),
    expires: epochSeconds(recorded.at) + trailDays * 86_400,
  };
};

export const trailTable = (client: DynamoDBDocumentClient, table: string): Trail => ({
  async write(recorded) {
    await client.send(new PutCommand({ TableName: table, Item: trailRow(recorded) }));
  },
  async list(owner, job, { limit, after }) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#owner = :owner AND id BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':owner': ownerKey(owner),
          ':from': rowId(job, after + 1),
          ':to': rowId(job, 10 ** versionDigits - 1),
        },
        Limit: limit,
      }),
    );
    const events = (Items as TrailRow[]).map(({ version, type, at, actor, data }) => ({
      version,
      type,
      at,
      actor,
      data,
    }));
    return { events, next: LastEvaluatedKey === undefined ? undefined : events.at(-1)?.version };
  },
});
