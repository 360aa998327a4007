import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { once } from './once.ts';

export const secretsManager = once(() => new SecretsManagerClient({}));

/** Below the authorizer's own 5 s. */
const timeoutMs = 2_000;

/** A secret's text, by its name or ARN. @throws ResourceNotFoundException, or Error for one without a text */
export const readSecret = async (name: string): Promise<string> => {
  const { SecretString } = await secretsManager().send(new GetSecretValueCommand({ SecretId: name }), {
    abortSignal: AbortSignal.timeout(timeoutMs),
  });
  if (SecretString === undefined) throw new Error(`The secret ${name} has no text.`);
  return SecretString;
};
