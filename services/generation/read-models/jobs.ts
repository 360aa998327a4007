/**
 * Jobs as their owners list them: one row a job, newest first. A row is a function of the job's newest event and is
 * written only over an older one, so duplicates and disorder do no harm. What is left of a removed job's row is its version,
 * for as long as an older event could come late and bring it back.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { putIfNewer } from '#shared/aws/put-if-newer.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { isEnded, isKnown, type Job, type KnownJob, parseJobStream } from '../domain/job.ts';
import type { JobEvent, JobOutput } from '../domain/job-events.ts';
import { equalTo, fillPage, filteredRead, type Read } from '../storage/fill-page.ts';
import { epochSeconds } from '../time.ts';
import { searchable, searchText } from './search-text.ts';

/** What can be seen of a job. */
export interface JobFacts {
  readonly id: string;
  readonly status: KnownJob['status'];
  readonly tool: string;
  readonly params: Extract<JobEvent, { type: 'JobRequested' }>['params'];
  readonly inputs: readonly string[];
  readonly attempts: number;
  readonly costCredits: number;
  readonly error?: { readonly reason: string; readonly message: string } | undefined;
  readonly createdAt: string;
  readonly completedAt?: string | undefined;
  readonly outputs: readonly JobOutput[];
  /** 0 to 100. */
  readonly progress: number;
  readonly title?: string | undefined;
  /** True, or absent. */
  readonly favourite?: boolean | undefined;
  /** The generation that it is a variation of. */
  readonly parent?: string | undefined;
  readonly servedFrom?: string | undefined;
  /** The failed or cancelled one that an admin had run again as this one. */
  readonly retryOf?: string | undefined;
  /** What came back of its cost. Absent: nothing. */
  readonly refundedCredits?: number | undefined;
}

export const costOf = (job: KnownJob): number => {
  if (job.status === 'completed') return job.cost;
  return isEnded(job) ? 0 : job.quote;
};

/** How far a job is, as far as anybody knows. */
const progressOf = (job: KnownJob): number => {
  if (job.status === 'completed') return 100;
  return job.status === 'processing' ? (job.working.progress ?? 0) : 0;
};

/** The facts after a job's newest event; nothing of a job that was never accepted, or was removed. */
export const factsOf = ({ stream, at, state }: RecordedEvent<JobEvent, Job>): JobFacts | undefined => {
  if (!isKnown(state)) return undefined;
  const { status, tool, params, inputs, attempts, requestedAt, title, favourite, parent, retryOf } = state;
  return {
    id: parseJobStream(stream).id,
    status,
    tool,
    params,
    inputs: inputs.map(({ asset }) => asset),
    attempts,
    costCredits: costOf(state),
    error: status === 'failed' ? { reason: state.reason, message: state.message } : undefined,
    createdAt: requestedAt,
    completedAt: isEnded(state) ? (state.endedAt ?? at) : undefined,
    outputs: status === 'completed' ? state.outputs : [],
    progress: progressOf(state),
    title,
    favourite,
    parent,
    servedFrom: status === 'completed' ? state.servedFrom : undefined,
    retryOf,
    refundedCredits: status === 'completed' ? state.refunded?.credits : undefined,
  };
};

/** Whether it is something to listen to or to watch. */
export const isPlayable = ({ outputs }: Pick<JobFacts, 'outputs'>): boolean =>
  outputs.some(({ kind }) => kind === 'audio' || kind === 'video');

/** A stream shows its records for a day, and a queue keeps what failed for two weeks. */
const tombstoneSeconds = 30 * 24 * 3_600;

/** The row that the newest event makes. Nothing of a job that was never accepted. */
export const rowOf = (recorded: RecordedEvent<JobEvent, Job>) => {
  const { stream, version, at, state } = recorded;
  const { owner, id } = parseJobStream(stream);
  if (state.status === 'pending') return undefined;
  // Job ids are made from idempotency keys and do not sort by time.
  const key = { owner: ownerKey(owner), sk: `${state.requestedAt}#${id}`, id, version };
  const facts = factsOf(recorded);
  if (facts) return { ...key, app: owner.app, ...facts, search: searchText(facts) };
  return { ...key, removed: true, expires: epochSeconds(at) + tombstoneSeconds };
};

export interface JobQuery {
  readonly limit: number;
  /** Behind this position. */
  readonly after?: string | undefined;
  readonly status?: JobFacts['status'] | 'pending' | undefined;
  readonly tool?: string | undefined;
  readonly favourite?: true | undefined;
  /** Variations of this generation. */
  readonly parent?: string | undefined;
  /** Requested then or later; ISO-8601 UTC with milliseconds. */
  readonly since?: string | undefined;
  /** Somewhere in its title or its parameters' texts, in letters of any size. */
  readonly text?: string | undefined;
}

export interface JobsReadModel {
  project(recorded: RecordedEvent<JobEvent, Job>): Promise<void>;
  /** `next`: where to read on; a filtered list may end a page early. */
  list(owner: Owner, query: JobQuery): Promise<{ jobs: readonly JobFacts[]; next: string | undefined }>;
}

type Row = JobFacts & { readonly sk: string };

/** What was read, newest first, ends where the time does. A key is longer than its time, so that the beginning is among them. */
export const endingAt = <Item extends { readonly sk: string }>(
  read: Read<Item>,
  since: string | undefined,
): Read<Item> => {
  if (since === undefined) return read;
  const items = read.items.filter(({ sk }) => sk >= since);
  return items.length < read.items.length ? { items, last: undefined } : read;
};

const filterOf = ({ status, tool, favourite, parent, text }: JobQuery) => {
  const { conditions, names, values } = equalTo({ status, tool, favourite, parent });
  if (text === undefined) return { conditions, names, values };
  return {
    conditions: [...conditions, 'contains(#search, :search)'],
    names: { ...names, '#search': 'search' },
    values: { ...values, ':search': searchable(text) },
  };
};

export const jobsReadModel = (client: DynamoDBDocumentClient, table: string): JobsReadModel => {
  const read = async (owner: Owner, query: JobQuery, after: string | undefined) => {
    const { conditions, names, values } = filterOf(query);
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: after === undefined ? '#owner = :owner' : '#owner = :owner AND sk < :after',
        FilterExpression: ['attribute_not_exists(removed)', ...conditions].join(' AND '),
        ExpressionAttributeNames: { '#owner': 'owner', ...names },
        ExpressionAttributeValues: {
          ':owner': ownerKey(owner),
          ...(after === undefined ? {} : { ':after': after }),
          ...values,
        },
        ScanIndexForward: false,
        Limit: conditions.length > 0 ? filteredRead : query.limit,
      }),
    );
    return endingAt({ items: Items as Row[], last: LastEvaluatedKey?.sk as string | undefined }, query.since);
  };

  return {
    async project(recorded) {
      const Item = rowOf(recorded);
      if (!Item) return;
      await putIfNewer(client, table, 'sk')(Item);
    },

    async list(owner, query) {
      const { items, next } = await fillPage(
        (after) => read(owner, query, after),
        ({ sk }) => sk,
        query,
      );
      return { jobs: items, next };
    },
  };
};
