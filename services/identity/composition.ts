/** What identity's entry points are made of, and the only place that reads their environment. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { issuersByApp } from '#services/catalog/contracts.ts';
import { secretsManager } from '#shared/aws/secrets-manager.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { keyJudge } from './admin-keys/judge-key.ts';
import { trustedIssuers } from './domain/trusted-issuers.ts';
import { issuerKeys } from './tokens/issuer-keys.ts';
import { tokenVerifier } from './tokens/verify-token.ts';

const json = z.string().transform((text, { addIssue }): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** `ISSUERS`: `{ "<app>": [{ algorithm, issuer, audience, jwks_url | secret_name }] }`. */
const issuers = z.object({ ISSUERS: json.pipe(issuersByApp) });
/** `ADMIN_KEYS`: name or ARN of the secret that holds the admin keys' hashes. */
const adminKeys = z.object({ ADMIN_KEYS: z.string().min(1) });

export const logger = (): Logger => createLogger('identity');

const readSecret = async (name: string): Promise<string> => {
  const { SecretString } = await secretsManager().send(new GetSecretValueCommand({ SecretId: name }));
  if (SecretString === undefined) throw new Error(`The secret ${name} has no text.`);
  return SecretString;
};

/** @throws ZodError or Error at start when the issuers are not as they must be: better no authorizer than a wrong one. */
export const verifyToken = (log: Logger) =>
  tokenVerifier({
    issuers: trustedIssuers(issuers.parse(process.env).ISSUERS),
    keysOf: issuerKeys({
      readSecret,
      onFailure: (issuer, error) => log.error('keys not read', { issuer, error: error as Error }),
    }),
  });

export const judgeKey = (log: Logger) => {
  const { ADMIN_KEYS } = adminKeys.parse(process.env);
  return keyJudge({
    readHashes: () => readSecret(ADMIN_KEYS),
    onFailure: (error) => log.error('admin keys not read', { error: error as Error }),
  });
};
