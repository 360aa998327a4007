/** The file by which operators' commands find the account that `npm start` runs: its address, credentials and tables. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { OperatorError } from './operator-error.ts';

const accountFile = z.object({
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** Names by stack and logical id. */
  tables: z.unknown(),
  buckets: z.unknown().optional(),
});

/**
 * @param tables which tables the command needs, by stack and logical id; `buckets` likewise.
 * @param otherwise what names them without such a file, as in `name the table with --events-table`.
 * @throws OperatorError in one line.
 */
export const readAccountFile = async <Tables extends z.ZodType, Buckets extends z.ZodType = z.ZodUnknown>(
  file: string,
  tables: Tables,
  otherwise: string,
  buckets?: Buckets,
) => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new OperatorError(`no account runs here (there is no ${file}): start it with "npm start", or ${otherwise}`);
  });
  try {
    const { endpoint, region, credentials, ...named } = accountFile.parse(JSON.parse(text));
    return {
      config: { endpoint, region, credentials },
      tables: tables.parse(named.tables),
      buckets: (buckets ?? z.unknown()).parse(named.buckets) as z.output<Buckets>,
    };
  } catch {
    throw new OperatorError(`${file} does not tell of an account that this version of Tessera started`);
  }
};
