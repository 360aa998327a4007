/** Where outputs lie: in a bucket of this deployment, or with another service that speaks S3, such as Cloudflare's R2 (NB6). */
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { OutputsElsewhere } from '../../config.ts';
import type { TesseraFunction } from '../../constructs/tessera-function.ts';
import type { GenerationStack } from '../generation.ts';

const keys = 'outputs/*';

export interface Outputs {
  /** What a function is told of them. */
  readonly environment: Readonly<Record<string, string>>;
  /** For example `allow(fn, 's3:PutObject')`. Elsewhere the rights are those of the keys that operators made there. */
  allow(fn: TesseraFunction, ...actions: string[]): void;
  /** Without the right to list, S3 answers 403 instead of 404 for an object that is not there. */
  allowToMiss(fn: TesseraFunction): void;
  /** Lists what lies below a prefix. */
  allowListing(fn: TesseraFunction): void;
}

export const outputsHere = (stack: GenerationStack, bucket: Bucket): Outputs => ({
  environment: { OUTPUTS_BUCKET: bucket.bucketName },
  allow: (fn, ...actions) => stack.allowObjects(fn, bucket, keys, ...actions),
  allowToMiss: (fn) => stack.allowToMiss(fn, bucket),
  allowListing: (fn) => fn.allowListing(bucket.bucketArn, keys),
});

export const outputsElsewhere = ({ endpoint, region, bucket, keys_secret: keysSecret }: OutputsElsewhere): Outputs => {
  const allowed = new Set<TesseraFunction>();
  /** The secret's keys are all that a function needs, once. */
  const allowKeys = (fn: TesseraFunction): void => {
    if (!allowed.has(fn)) fn.allowSecrets([keysSecret]);
    allowed.add(fn);
  };
  return {
    environment: {
      OUTPUTS_BUCKET: bucket,
      OUTPUTS_ENDPOINT: endpoint,
      OUTPUTS_REGION: region,
      OUTPUTS_KEYS_SECRET: keysSecret,
    },
    allow: allowKeys,
    allowToMiss: allowKeys,
    allowListing: allowKeys,
  };
};
