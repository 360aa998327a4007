/**
 * Jobs as their owners list them: one row a job, newest first. A row is a function of the job's newest event and is
 * written only over an older one, so duplicates and disorder do no harm.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { isEnded, type Job, type JobStatus, parseJobStream } from '../domain/job.ts';
import type { JobEvent, JobOutput } from '../domain/job-events.ts';

/** What can be seen of a job. */
export interface JobFacts {
  readonly id: string;
  readonly status: JobStatus;
  readonly tool: string;
  readonly params: Extract<JobEvent, { type: 'JobRequested' }>['params'];
  readonly inputs: readonly string[];
  readonly attempts: number;
  readonly costCredits: number;
  readonly error?: { readonly reason: string; readonly message: string } | undefined;
  readonly createdAt: string;
  readonly completedAt?: string | undefined;
  readonly outputs: readonly JobOutput[];
}

const costOf = (job: Exclude<Job, { status: 'pending' }>): number => {
  if (job.status === 'completed') return job.cost;
  return isEnded(job) ? 0 : job.quote;
};

/** The facts after a job's newest event; nothing of a job that was never accepted. */
export const factsOf = ({ stream, at, state }: RecordedEvent<JobEvent, Job>): JobFacts | undefined => {
  if (state.status === 'pending') return undefined;
  const { status, tool, params, inputs, attempts, requestedAt } = state;
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
    // Nothing happens to a job after its end, so its newest event is its end.
    completedAt: isEnded(state) ? at : undefined,
    outputs: status === 'completed' ? state.outputs : [],
  };
};

export interface JobQuery {
  readonly limit: number;
  /** Behind this position. */
  readonly after?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly tool?: string | undefined;
}

export interface JobsReadModel {
  project(recorded: RecordedEvent<JobEvent, Job>): Promise<void>;
  /** `next`: where to read on; a filtered list may end a page early. */
  list(owner: Owner, query: JobQuery): Promise<{ jobs: readonly JobFacts[]; next: string | undefined }>;
}

type Row = JobFacts & { readonly sk: string };

/** Reads for one page at most when a filter lets little through. */
const maxReads = 10;
/** Rows looked at in one read when there is a filter. */
const filteredRead = 100;

const filterOf = ({ status, tool }: JobQuery) => {
  const wanted = Object.entries({ status, tool }).filter(([, value]) => value !== undefined);
  return {
    expression: wanted.map(([name]) => `#${name} = :${name}`).join(' AND '),
    names: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, value])),
  };
};

export const jobsReadModel = (client: DynamoDBDocumentClient, table: string): JobsReadModel => {
  const read = async (owner: Owner, query: JobQuery, after: string | undefined) => {
    const { expression, names, values } = filterOf(query);
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: after === undefined ? '#owner = :owner' : '#owner = :owner AND sk < :after',
        ...(expression ? { FilterExpression: expression } : {}),
        ExpressionAttributeNames: { '#owner': 'owner', ...names },
        ExpressionAttributeValues: {
          ':owner': ownerKey(owner),
          ...(after === undefined ? {} : { ':after': after }),
          ...values,
        },
        ScanIndexForward: false,
        Limit: expression ? filteredRead : query.limit,
      }),
    );
    return { rows: Items as Row[], last: LastEvaluatedKey?.sk as string | undefined };
  };

  return {
    async project(recorded) {
      const facts = factsOf(recorded);
      if (!facts) return;
      const { owner } = parseJobStream(recorded.stream);
      const Item = {
        owner: ownerKey(owner),
        // Job ids are made from idempotency keys and do not sort by time.
        sk: `${facts.createdAt}#${facts.id}`,
        version: recorded.version,
        ...facts,
      };
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item,
            ConditionExpression: 'attribute_not_exists(sk) OR version < :version',
            ExpressionAttributeValues: { ':version': recorded.version },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async list(owner, query) {
      const jobs: Row[] = [];
      let after = query.after;
      for (let reads = 0; reads < maxReads; reads += 1) {
        const { rows, last } = await read(owner, query, after);
        jobs.push(...rows);
        if (jobs.length > query.limit) {
          const page = jobs.slice(0, query.limit);
          return { jobs: page, next: page.at(-1)?.sk };
        }
        after = last;
        if (after === undefined || jobs.length === query.limit) break;
      }
      return { jobs, next: after };
    },
  };
};
