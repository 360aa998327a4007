/** Which deployment is looked at: the account that `npm start` runs, one on AWS, or none, when there is nothing to look at but this machine. */
import { readFile } from 'node:fs/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { type AwsQuery, awsQuery } from './aws-query.ts';

export interface Where {
  /** The beginning of the stacks' names: a deployment on AWS. */
  readonly prefix?: string | undefined;
  readonly accountFile: string;
}

export interface Deployment {
  readonly kind: 'local' | 'aws';
  /** For messages. */
  readonly label: string;
  readonly prefix: string;
  readonly lambda: LambdaClient;
  readonly secrets: SecretsManagerClient;
  readonly query: AwsQuery;
  /** The API's address, where it is known without asking. */
  readonly api: string | undefined;
  close(): void;
}

const accountFile = z.object({
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  api: z.url().optional(),
});

export const openDeployment = (
  config: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: z.infer<typeof accountFile>['credentials'];
  },
  about: Pick<Deployment, 'kind' | 'label' | 'prefix' | 'api'>,
): Deployment => {
  // Few tries: whoever asks the doctor waits.
  const lambda = new LambdaClient({ ...config, maxAttempts: 2 });
  const secrets = new SecretsManagerClient({ ...config, maxAttempts: 2 });
  return {
    ...about,
    lambda,
    secrets,
    query: async (...question) => {
      const region = await lambda.config.region();
      return awsQuery({ region, credentials: () => lambda.config.credentials(), endpoint: config.endpoint })(
        ...question,
      );
    },
    close() {
      for (const client of [lambda, secrets]) client.destroy();
    },
  };
};

/** Nothing where neither is: no account runs here, and none is named. @throws OperatorError for a file that tells of nothing. */
export const findDeployment = async ({ prefix, accountFile: file }: Where): Promise<Deployment | undefined> => {
  if (prefix !== undefined) return openDeployment({}, { kind: 'aws', label: 'AWS', prefix, api: undefined });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { api, ...config } = accountFile.parse(JSON.parse(text));
    return openDeployment(config, { kind: 'local', label: `the account of ${file}`, prefix: 'Tessera', api });
  } catch {
    throw new OperatorError(`${file} does not tell of an account that this version of Tessera started`);
  }
};
