/** An S3 client for another maker's storage that speaks S3, such as R2: its address, its keys, and only what such services share with AWS. */
import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { lastGood } from '#shared/last-good.ts';

/** Of the secret that holds the keys. */
const keys = z.strictObject({ access_key_id: z.string().min(1), secret_access_key: z.string().min(1) });

/** The parser's own message quotes what it could not read, and this would be logged. */
const parseKeys = (text: string): z.infer<typeof keys> => {
  try {
    return keys.parse(JSON.parse(text));
  } catch {
    throw new Error('the secret with the keys of the storage is not { access_key_id, secret_access_key }');
  }
};

export interface S3CompatibleOptions {
  readonly endpoint: string;
  /** R2 calls it `auto`. */
  readonly region: string;
  /** The text of the secret: `{"access_key_id": …, "secret_access_key": …}`. */
  readonly readKeys: () => Promise<string>;
}

const minute = 60_000;
/** New keys count within five minutes; old ones serve for an hour while the secret cannot be read. */
const age = { maxAgeMs: 5 * minute, cooldownMs: minute / 2, emptyCooldownMs: 1_000, keepMs: 60 * minute };
/** The SDK asks again when less than five minutes are left. */
const lifeMs = 10 * minute;

interface HttpRequest {
  headers: Record<string, string>;
  readonly body?: unknown;
}

/** Deleting many at once needs a checksum, and MD5 is the one that all services know. https://github.com/aws/aws-sdk-js-v3/issues/6819 */
const sendMd5 = (client: S3Client): void =>
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'DeleteObjectsCommand') return next(args);
        const request = args.request as HttpRequest;
        const headers = Object.entries(request.headers).filter(([name]) => !/^x-amz-(sdk-)?checksum-/i.test(name));
        const md5 = createHash('md5')
          .update(String(request.body ?? ''))
          .digest('base64');
        request.headers = { ...Object.fromEntries(headers), 'content-md5': md5 };
        return next(args);
      },
    { step: 'build', priority: 'low', name: 'contentMd5' },
  );

export const s3Compatible = ({ endpoint, region, readKeys }: S3CompatibleOptions): S3Client => {
  const known = lastGood({ ...age, load: async () => parseKeys(await readKeys()) });
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    // By default the SDK sends and expects checksums that only AWS has.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: async () => {
      const { access_key_id, secret_access_key } = await known.read();
      const expiration = new Date(Date.now() + lifeMs);
      return { accessKeyId: access_key_id, secretAccessKey: secret_access_key, expiration };
    },
  });
  sendMd5(client);
  return client;
};
