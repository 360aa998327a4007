/** How an operator's tools find the account that runs here: address, credentials, tables and buckets, in a file that only its owner can read. */
import { rm, writeFile } from 'node:fs/promises';
import type { LocalAccount } from '../account.ts';

/** Names by stack and logical id, without the hash that the CDK adds. */
function namesOf(
  { model }: LocalAccount,
  type: 'AWS::DynamoDB::Table' | 'AWS::S3::Bucket',
): Record<string, Record<string, string>> {
  const names: Record<string, Record<string, string>> = {};
  for (const { stack, logicalId, ref } of model.ofType(type)) {
    names[stack] = { ...names[stack], [logicalId.replace(/[0-9A-F]{8}$/, '')]: ref };
  }
  return names;
}

/** Writes the file; answers what removes it, for the account's end. */
export async function writeAccountFile(file: string, account: LocalAccount): Promise<() => Promise<void>> {
  // A file that is there already keeps its mode.
  await rm(file, { force: true });
  const { endpoint, region, credentials } = account.operatorConfig;
  const { accessKeyId, secretAccessKey } = credentials;
  const names = {
    tables: namesOf(account, 'AWS::DynamoDB::Table'),
    buckets: namesOf(account, 'AWS::S3::Bucket'),
  };
  const told = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, api: account.httpUrl(), ...names };
  await writeFile(file, `${JSON.stringify(told, undefined, 2)}\n`, { mode: 0o600 });
  return () => rm(file, { force: true });
}
