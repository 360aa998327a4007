/** Who calls: every function has a key pair of its own, the operator one that may do everything. */
import { randomBytes } from 'node:crypto';
import type { AccountModel, Credentials, PolicyStatement } from '../contracts.ts';
import { checkStatements, evaluate, type Permission } from '../iam/index.ts';
import { functions, rolePolicies } from '../template/index.ts';
import { AwsError, accessDenied } from './answer.ts';

export interface Principal {
  /** Function name, or `operator`. */
  readonly name: string;
  readonly credentials: Credentials;
  /** The role session, as AWS names it in errors. */
  readonly arn: string;
  /** Absent: everything is allowed. */
  readonly statements?: readonly PolicyStatement[];
}

export interface Principals {
  readonly operator: Principal;
  byAccessKey(accessKeyId: string): Principal | undefined;
  byName(name: string): Principal | undefined;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function newCredentials(): Credentials {
  const letters = [...randomBytes(16)].map((byte) => base32[byte % 32]).join('');
  return { accessKeyId: `AKIA${letters}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** @throws Error naming the function whose policies hold what the local account cannot evaluate. */
export function createPrincipals(model: AccountModel): Principals {
  const operator: Principal = {
    name: 'operator',
    credentials: newCredentials(),
    arn: `arn:aws:iam::${model.accountId}:root`,
  };
  const callers = functions(model).map(({ name, roleArn, stack, logicalId }): Principal => {
    try {
      const statements = rolePolicies(model, roleArn);
      checkStatements(statements);
      const role = roleArn.split('/').pop() ?? '';
      const arn = `arn:aws:sts::${model.accountId}:assumed-role/${role}/${name}`;
      return { name, credentials: newCredentials(), arn, statements };
    } catch (error) {
      throw new Error(`${stack}/${logicalId}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
  const all = [operator, ...callers];
  const keys = new Map(all.map((principal) => [principal.credentials.accessKeyId, principal]));
  const names = new Map(callers.map((principal) => [principal.name, principal]));
  return { operator, byAccessKey: (key) => keys.get(key), byName: (name) => names.get(name) };
}

/** Everything that calls here comes over a secure channel, as calls to AWS do. */
const connection = { 'aws:SecureTransport': 'true' };

export function mayDo({ statements }: Principal, permission: Permission): boolean {
  return (
    !statements ||
    evaluate(statements, { ...permission, context: { ...connection, ...permission.context } }) === 'allowed'
  );
}

/** @throws AwsError that names the function, the action and the resource, as AWS does. */
export function authorize(principal: Principal, service: string, permissions: readonly Permission[]): void {
  const { statements, arn } = principal;
  if (!statements) return;
  for (const permission of permissions) {
    const verdict = evaluate(statements, { ...permission, context: { ...connection, ...permission.context } });
    if (verdict === 'allowed') continue;
    const reason =
      verdict === 'denied-explicitly'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${permission.action} action`;
    throw accessDenied(
      service,
      `User: ${arn} is not authorized to perform: ${permission.action} on resource: ${permission.resource} ${reason}`,
    );
  }
}

export function unknownKey(service: string): AwsError {
  return service === 's3'
    ? new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403)
    : new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
}
