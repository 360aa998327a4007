/** How an operator's tools find the account that runs here: address, credentials and tables, in a file that only its owner can read. */
import { rm, writeFile } from 'node:fs/promises';
import type { LocalAccount } from '../account.ts';

/** Table names by stack and logical id, without the hash that the CDK adds. */
function tablesOf({ model }: LocalAccount): Record<string, Record<string, string>> {
  const tables: Record<string, Record<string, string>> = {};
  for (const { stack, logicalId, ref } of model.ofType('AWS::DynamoDB::Table')) {
    tables[stack] = { ...tables[stack], [logicalId.replace(/[0-9A-F]{8}$/, '')]: ref };
  }
  return tables;
}

/** Writes the file; answers what removes it, for the account's end. */
export async function writeAccountFile(file: string, account: LocalAccount): Promise<() => Promise<void>> {
  // A file that is there already keeps its mode.
  await rm(file, { force: true });
  const { endpoint, region, credentials } = account.operatorConfig;
  const { accessKeyId, secretAccessKey } = credentials;
  const told = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, tables: tablesOf(account) };
  await writeFile(file, `${JSON.stringify(told, undefined, 2)}\n`, { mode: 0o600 });
  return () => rm(file, { force: true });
}
