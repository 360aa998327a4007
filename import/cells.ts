/** Cells of an export, as PostgreSQL writes them into CSV, and as JSON has them. An empty cell, `\N` and null say nothing. */
import * as z from 'zod';
import { userId } from '#shared/owner.ts';

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '' || value === '\\N';
const told = (value: unknown): unknown => (isNothing(value) ? undefined : value);

const readWhole = (value: unknown): unknown =>
  typeof value === 'string' && /^[+-]?\d{1,15}(\.0+)?$/.test(value.trim()) ? Number(value) : value;

const truths: Readonly<Record<string, boolean>> = {
  t: true,
  true: true,
  '1': true,
  f: false,
  false: false,
  '0': false,
};
const readTruth = (value: unknown): unknown =>
  typeof value === 'string' ? (truths[value.trim().toLowerCase()] ?? value) : value;

/** `2026-01-05 10:11:12.123456+00`, the same without a zone (UTC), ISO-8601, a date, or the seconds of an epoch. */
const readTime = (value: unknown): unknown => {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return value;
  if (/^\d{9,11}$/.test(text)) return new Date(Number(text) * 1_000).toISOString();
  const parts = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(\.\d+)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i.exec(
    text.trim(),
  );
  if (!parts) return value;
  const [, date = '', clock = '00:00', fraction = '', zone = 'Z'] = parts;
  const full = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.toUpperCase();
  const milliseconds = fraction === '' ? '' : fraction.slice(0, 4);
  const at = Date.parse(`${date}T${clock}${clock.length === 5 ? ':00' : ''}${milliseconds}${full}`);
  return Number.isNaN(at) ? value : new Date(at).toISOString();
};

const readJson = (value: unknown, context: z.core.$RefinementCtx): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    context.issues.push({ code: 'custom', message: 'is not JSON', input: value });
    return z.NEVER;
  }
};

const cell = <Schema extends z.ZodType>(schema: Schema, read: (value: unknown) => unknown = (value) => value) =>
  z.preprocess((value) => (isNothing(value) ? undefined : read(value)), schema);

/** An id of an old table: a UUID, a number, a name. */
export const id = cell(z.string().min(1).max(200), (value) => (typeof value === 'number' ? String(value) : value));
export const user = cell(userId);
export const whole = cell(z.int(), readWhole);
/** Credits that an entry or a run is of: the ledger knows no more at once. */
export const credits = cell(z.int().min(-1_000_000).max(1_000_000), readWhole);
export const truth = cell(z.boolean(), readTruth);
export const time = cell(z.iso.datetime(), readTime);
export const date = cell(z.iso.date(), (value) => (typeof value === 'string' ? value.slice(0, 10) : value));
export const text = (max: number) => cell(z.string().max(max));

const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(told, schema.optional());
export const maybe = {
  id: optional(id),
  whole: optional(whole),
  credits: optional(credits),
  truth: optional(truth),
  time: optional(time),
  date: optional(date),
  /** What is longer is cut: nothing that is decided depends on it. */
  text: (max: number) => optional(z.string().transform((given) => given.slice(0, max))),
};

/** A JSON column of this shape; absent where the cell says nothing. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(told, z.unknown().transform(readJson).pipe(schema.optional()).optional());

/** A path that is no encoding is one as it stands: `50%off.png`. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** The path of a file below the folder of all exported files: `<bucket>/<path>`. Of an address of Supabase's storage, or any other. */
export const pathOf = (address: string, bucket?: string): string => {
  const plain = address.split(/[?#]/)[0] ?? '';
  const stored = /\/storage\/v1\/(?:object|render\/image)\/(?:public|sign|authenticated)\/(.+)$/.exec(plain)?.[1];
  if (stored !== undefined) return decoded(stored);
  const path = decoded(plain.replace(/^https?:\/\/[^/]+\//, '').replace(/^\/+/, ''));
  return bucket === undefined || path.startsWith(`${bucket}/`) ? path : `${bucket}/${path}`;
};
