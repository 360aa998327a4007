/** What identity's entry points are made of, and the only place that reads their environment. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { issuersByApp } from '#services/catalog/contracts.ts';
import { secretsManager } from '#shared/aws/secrets-manager.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
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
const environment = z.object({ ISSUERS: json.pipe(issuersByApp) });

export const logger = (): Logger => createLogger('identity');

const readSecret = async (name: string): Promise<string> => {
  const { SecretString } = await secretsManager().send(new GetSecretValueCommand({ SecretId: name }));
  if (SecretString === undefined) throw new Error(`The secret ${name} has no text.`);
  return SecretString;
};

/** @throws ZodError or Error at start when the issuers are not as they must be: better no authorizer than a wrong one. */
export const verifyToken = (log: Logger) =>
  tokenVerifier({
    issuers: trustedIssuers(environment.parse(process.env).ISSUERS),
    keysOf: issuerKeys({
      readSecret,
      onFailure: (issuer, error) => log.error('keys not read', { issuer, error: error as Error }),
    }),
  });
