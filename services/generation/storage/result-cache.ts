/**
 * Results that answer an equal request of the same user again, without a charge, for as long as the tool says (SP9). One item a
 * result, under its owner. The files are the first job's: who is served gets copies, and when they are gone it is no result.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { epochSeconds } from '../time.ts';

export interface CachedResult {
  readonly jobId: string;
  readonly outputs: readonly JobOutput[];
  readonly usage: Usage;
}

export interface ResultCache {
  /** `at`: ISO-8601 UTC. What has expired is not there, though the table may still have it. */
  get(owner: Owner, key: string, at: string): Promise<CachedResult | undefined>;
  /** The newest result counts. */
  put(owner: Owner, key: string, result: CachedResult, expiresAt: string): Promise<void>;
}

export const resultCache = (client: DynamoDBDocumentClient, table: string): ResultCache => ({
  async get(owner, key, at) {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { owner: ownerKey(owner), id: key } }));
    const found = Item as (CachedResult & { readonly expires: number }) | undefined;
    if (!found || found.expires <= epochSeconds(at)) return undefined;
    const { jobId, outputs, usage } = found;
    return { jobId, outputs, usage };
  },
  async put(owner, key, { jobId, outputs, usage }, expiresAt) {
    const Item = { owner: ownerKey(owner), id: key, jobId, outputs, usage, expires: epochSeconds(expiresAt) };
    await client.send(new PutCommand({ TableName: table, Item }));
  },
});
