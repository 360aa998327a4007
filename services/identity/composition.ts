/** What identity's entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import { type Catalog, issuersByApp } from '#services/catalog/contracts.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { s3 } from '#shared/aws/s3.ts';
import { readSecret } from '#shared/aws/secrets-manager.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { keyJudge } from './admin-keys/judge-key.ts';
import { writeExportPart } from './client.ts';
import { deletions as deletionsIn, leave } from './deletion/tombstones.ts';
import { trustedIssuers } from './domain/trusted-issuers.ts';
import { exportFiles } from './export/export-files.ts';
import { signExport } from './export/sign-export.ts';
import { messageJudge } from './hook/judge-message.ts';
import { issuerKeys } from './tokens/issuer-keys.ts';
import { tokenVerifier } from './tokens/verify-token.ts';
import { standingReader } from './users/standing.ts';
import { listUsers } from './users/user-list.ts';
import { type UserTable, userTable } from './users/user-table.ts';

export { eventBridge };

const json = z.string().transform((text, { addIssue }): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** `ISSUERS`: `{ "<app>": [{ algorithm, issuer, audience | authorized_parties, jwks_url | secret_name }] }`. */
const issuers = z.object({ ISSUERS: json.pipe(issuersByApp) });
/** `ADMIN_KEYS`: name or ARN of the secret that holds the admin keys' hashes. */
const adminKeys = z.object({ ADMIN_KEYS: z.string().min(1) });

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('identity');
export const metrics = (): Metrics => createMetrics('identity');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'identity');
export const busName = (): string => variable('BUS_NAME');
export const users = (): UserTable => userTable(dynamoDb(), variable('USERS_TABLE'));
export const userList = () => listUsers(dynamoDb(), variable('USERS_TABLE'));
export const leaving = () => leave(dynamoDb(), variable('USERS_TABLE'), users());
export const deletions = () => deletionsIn(dynamoDb(), variable('USERS_TABLE'));
export const exportSigner = () => signExport(s3(), variable('EXPORTS_BUCKET'));
export const exportBucket = () => exportFiles(s3(), variable('EXPORTS_BUCKET'));
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));
export const removeFromExports = () => removeObjects(s3(), variable('EXPORTS_BUCKET'));
export const catalog = (log: Logger): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => log.error('catalog not read', { error: error as Error }),
  });

/** @throws ZodError or Error at start when the issuers are not as they must be: better no authorizer than a wrong one. */
export const verifyToken = (log: Logger) =>
  tokenVerifier({
    issuers: trustedIssuers(issuers.parse(process.env).ISSUERS),
    keysOf: issuerKeys({
      readSecret,
      onFailure: (issuer, error) => log.error('keys not read', { issuer, error: error as Error }),
    }),
  });

export const readStanding = () => standingReader(dynamoDb(), variable('USERS_TABLE'));

export const judgeKey = (log: Logger) => {
  const { ADMIN_KEYS } = adminKeys.parse(process.env);
  return keyJudge({
    readHashes: () => readSecret(ADMIN_KEYS),
    onFailure: (error) => log.error('admin keys not read', { error: error as Error }),
  });
};

/** `AUTH_HOOKS`: name or ARN of the secret that holds the sign-up hooks' secrets. */
export const judgeMessage = (log: Logger) => {
  const name = variable('AUTH_HOOKS');
  return messageJudge({
    readSecrets: () => readSecret(name),
    onFailure: (error) => log.error("hooks' secrets not read", { error: error as Error }),
  });
};
