/** What the library stands on, in memory: rows of jobs, plays, and the error log. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { type Job, parseJobStream } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { AppJobs } from '../read-models/app-jobs.ts';
import { factsOf, type JobFacts, type JobsReadModel } from '../read-models/jobs.ts';
import { searchable, searchText } from '../read-models/search-text.ts';
import type { Failure, Failures } from '../storage/failures.ts';
import type { Plays } from '../storage/plays.ts';

type Kept = { readonly owner: string; readonly version: number; readonly facts: JobFacts | undefined };

export const memoryJobRows = (): JobsReadModel & { readonly ofApp: AppJobs } => {
  const rows = new Map<string, Kept>();
  const keyOf = ({ createdAt, id }: JobFacts) => `${createdAt}#${id}`;
  return {
    project: async (recorded: RecordedEvent<JobEvent, Job>) => {
      const { stream, version } = recorded;
      if ((rows.get(stream)?.version ?? 0) >= version) return;
      rows.set(stream, { owner: ownerKey(parseJobStream(stream).owner), version, facts: factsOf(recorded) });
    },
    ofApp: {
      ownerOf: async (app, id) => {
        const streams = [...rows.keys()].map(parseJobStream);
        return streams.find((job) => job.owner.app === app && job.id === id)?.owner;
      },
      list: async (app, { limit, after, since, ...wanted }) => {
        const equal = Object.entries(wanted).filter(([, value]) => value !== undefined);
        const found = [...rows.entries()]
          .map(([stream, { facts }]) => ({ ...parseJobStream(stream).owner, facts }))
          .flatMap(({ app: of, user, facts }) => (of === app && facts ? [{ ...facts, user }] : []))
          .filter((facts) => after === undefined || keyOf(facts) < after)
          .filter((facts) => since === undefined || keyOf(facts) >= since)
          .filter((facts) => equal.every(([name, value]) => facts[name as keyof JobFacts] === value))
          .sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
        const jobs = found.slice(0, limit);
        const last = jobs.at(-1);
        return { jobs, next: last && found.length > limit ? keyOf(last) : undefined };
      },
    },
    list: async (owner, { limit, after, text, since, ...wanted }) => {
      const equal = Object.entries(wanted).filter(([, value]) => value !== undefined);
      const found = [...rows.values()]
        .flatMap((row) => (row.owner === ownerKey(owner) && row.facts ? [row.facts] : []))
        .filter((facts) => after === undefined || keyOf(facts) < after)
        .filter((facts) => since === undefined || keyOf(facts) >= since)
        .filter((facts) => equal.every(([name, value]) => facts[name as keyof JobFacts] === value))
        .filter((facts) => text === undefined || searchText(facts).includes(searchable(text)))
        .sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
      const jobs = found.slice(0, limit);
      const last = jobs.at(-1);
      return { jobs, next: last && found.length > limit ? keyOf(last) : undefined };
    },
  };
};

export const memoryPlays = (): Plays => {
  const counted = new Map<string, { plays: number; key: string | undefined }>();
  const place = (owner: Owner, id: string) => `${ownerKey(owner)}#${id}`;
  return {
    count: async (owner, id, key) => {
      const before = counted.get(place(owner, id)) ?? { plays: 0, key: undefined };
      if (key !== undefined && key === before.key) return before.plays;
      counted.set(place(owner, id), { plays: before.plays + 1, key: key ?? before.key });
      return before.plays + 1;
    },
    of: async (owner, ids) =>
      new Map(
        ids.flatMap((id) => {
          const found = counted.get(place(owner, id));
          return found ? [[id, found.plays] as const] : [];
        }),
      ),
    forget: async (owner, id) => void counted.delete(place(owner, id)),
  };
};

export const memoryFailures = (): Failures => {
  const rows = new Map<string, Failure & { readonly app: string }>();
  const keyOf = ({ at, jobId }: Failure) => `${at}#${jobId}`;
  return {
    put: async ({ app }, failure) => void rows.set(`${app} ${keyOf(failure)}`, { app, ...failure }),
    list: async (app, { limit, after, tool, reason, from = '0', to = '~' }) => {
      const found = [...rows.values()]
        .filter((row) => row.app === app && row.at >= from && row.at < to)
        .filter((row) => (tool === undefined || row.tool === tool) && (reason === undefined || row.reason === reason))
        .filter((row) => after === undefined || keyOf(row) < after)
        .sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next: last && found.length > limit ? keyOf(last) : undefined };
    },
  };
};
