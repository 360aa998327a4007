/** The files beside this one: what was counted, what AWS asks for it, and what is assumed because nothing counts it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Profile, profile } from './profile.ts';

const positive = z.number().nonnegative();

const price = z.strictObject({
  usd: positive,
  per: z.int().positive(),
  unit: z.string(),
  source: z.url({ protocol: /^https$/ }),
});

const priceNames = z.enum([
  'lambdaRequest',
  'lambdaArm',
  'lambdaX86',
  'writeUnit',
  'readUnit',
  'tableStorage',
  'queueRequest',
  'fairRequest',
  'busEvent',
  'busArchive',
  'objectPut',
  'objectGet',
  'transferOut',
  'apiRequest',
  'socketMessage',
  'socketMinute',
  'logs',
  'lakeIngest',
  'lakeConversion',
  'lakePartition',
  'alarm',
  'dashboard',
  'secret',
]);
export type PriceName = z.infer<typeof priceNames>;

/** Every price is there: a record over an enum takes no less. */
const priceList = z.strictObject({
  region: z.string(),
  /** The month that the prices were looked up in. */
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
  currency: z.literal('USD'),
  prices: z.record(priceNames, price),
});
export type PriceList = z.infer<typeof priceList>;

const assumptions = z.strictObject({
  /** How long a function runs, warm, by its label. `generation work` waits for its provider. */
  milliseconds: z.record(z.string(), positive).and(z.object({ default: positive })),
  /** What Lambda itself logs of an invocation. */
  platformLogKilobytes: positive,
  /** What API Gateway logs of a request. */
  accessLogKilobytes: positive,
  /** What the lake reads of a user's pseudonym, and writes, of one event. */
  lakeReadUnits: positive,
  lakeRowKilobytes: positive,
  /** What a client downloads of a generation. */
  outputKilobytes: positive,
  /** How often a client asks after a generation until it is done. */
  looks: z.strictObject({ asking: positive, realtime: positive }),
  /** Sockets that are open all month. */
  usersOnline: positive,
});
export type Assumptions = z.infer<typeof assumptions>;

const read = async <Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> =>
  schema.parse(JSON.parse(await readFile(join(import.meta.dirname, file), 'utf8')));

export interface Inputs {
  readonly profile: Profile;
  readonly priceList: PriceList;
  readonly assumptions: Assumptions;
}

/** @throws ZodError where a file is not as it should be. */
export const readInputs = async (): Promise<Inputs> => ({
  profile: await read('generation.json', profile),
  priceList: await read('prices.json', priceList),
  assumptions: await read('assumptions.json', assumptions),
});
