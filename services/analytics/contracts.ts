/** What others know of the event lake: one row an event, and the names by which it is asked. */
import * as z from 'zod';

/**
 * A row. Every id in it is a pseudonym under a key of the event's user: equal ids of one user stay equal, and without the key nobody
 * finds the id behind one (docs/adr/0021). The lake may hold an event twice: count each `event_id` once.
 */
export const lakeRow = z.strictObject({
  event_id: z.string(),
  /** As in `credits`. */
  service: z.string(),
  event_type: z.string(),
  /** ISO 8601, UTC, milliseconds. */
  occurred_at: z.string(),
  /** Null of what happened to an app and to no user. */
  user_id: z.string().nullable(),
  /** Of the aggregate, after the event. */
  version: z.int(),
  correlation_id: z.string(),
  /** JSON: of the published event's `data` what may be known, named as published. */
  data: z.string(),
});
export type LakeRow = z.infer<typeof lakeRow>;

/** Which folder a row lies in: `events/app=sparky/day=2026-11-05/`. `day`: the UTC day of `occurred_at`. */
export const lakePartition = z.strictObject({ app: z.string(), day: z.iso.date() });
export type LakePartition = z.infer<typeof lakePartition>;

export const lake = {
  database: 'tessera',
  table: 'events',
  workgroup: 'tessera',
  /** Of objects in the lake's bucket. */
  prefix: 'events/',
  /** The day before which there is nothing. */
  firstDay: '2026-01-01',
} as const;

/** Athena's names of types; DuckDB takes them too. */
export type ColumnType = 'string' | 'bigint';
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Anything else throws, so that a new kind of column is thought about. */
const typeOf = (name: string, schema: z.core.$ZodType): ColumnType => {
  if (schema instanceof z.ZodNullable) return typeOf(name, schema.unwrap());
  if (schema instanceof z.ZodNumber && schema.format === 'safeint') return 'bigint';
  if (schema instanceof z.ZodString) return 'string';
  throw new Error(`the lake has no type for the column ${name}`);
};

/** The table's columns, which are the row's fields; the partition's keys are not among them. */
export const lakeColumns: readonly Column[] = Object.entries(lakeRow.shape).map(([name, schema]) => ({
  name,
  type: typeOf(name, schema),
}));
