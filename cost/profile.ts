/** What one generation takes of each AWS service, function by function: counted by `test/system/job-cost.suite.ts`, which fails when it is no longer so. */
import * as z from 'zod';

const count = z.number().nonnegative();

/** Of one function, for one run of a part. What is not named is none. */
export const functionCounts = z.strictObject({
  /** One for each request, message, record or call: batches, which AWS makes under load, only save. */
  invocations: count.optional(),
  readUnits: count.optional(),
  writeUnits: count.optional(),
  /** Requests to SQS: sending, receiving, deleting, changing visibility. */
  queueRequests: count.optional(),
  /** Of those, the ones that name a message group on a standard queue, which cost more. */
  fairRequests: count.optional(),
  /** Events that it publishes to the bus. */
  events: count.optional(),
  objectPuts: count.optional(),
  objectGets: count.optional(),
  /** Messages that it sends to open sockets. */
  socketMessages: count.optional(),
});
export type FunctionCounts = z.infer<typeof functionCounts>;

/** By function, as in `credits hold`. */
const counts = z.record(z.string(), functionCounts);
export type Counts = z.infer<typeof counts>;

const part = z.strictObject({
  /** Requests to the HTTP API. */
  requests: count,
  /** Records that the event lake takes. */
  lakeRecords: count,
  /** What all functions log, to a tenth. */
  logKilobytes: count,
  /** Events on the bus, and so in its archive. */
  eventKilobytes: count,
  functions: counts,
});
export type Part = z.infer<typeof part>;

export const profile = z.strictObject({
  /** What was run. */
  of: z.string(),
  /** From the request to the charge, nobody listening. */
  generation: part,
  /** One look at it. */
  look: part,
  /** What a socket that is open while it runs adds. */
  listening: part,
  /** As the templates have them. */
  functions: z.record(z.string(), z.strictObject({ memoryMb: count, arm: z.boolean() })),
});
export type Profile = z.infer<typeof profile>;
