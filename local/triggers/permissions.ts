/** Resource policies that let a service act: a function's permissions and a queue's policy. */
import * as z from 'zod';
import type { AccountModel } from '../contracts.ts';
import { functionNameOf, jsonDocument, readProperties } from './properties.ts';
import { matchesLike } from './wildcard.ts';

const permissionSchema = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** Whether a service may invoke the function on behalf of `sourceArn`, by the template's `AWS::Lambda::Permission`. */
export function mayInvoke(model: AccountModel, functionName: string, service: string, sourceArn: string): boolean {
  return model.ofType('AWS::Lambda::Permission').some((resource) => {
    const permission = readProperties(resource, permissionSchema);
    const name = functionNameOf(permission.FunctionName) ?? permission.FunctionName;
    return (
      name === functionName &&
      permission.Principal === service &&
      matchesLike(permission.Action, 'lambda:InvokeFunction') &&
      (permission.SourceArn === undefined || matchesLike(permission.SourceArn, sourceArn)) &&
      (permission.SourceAccount === undefined || permission.SourceAccount === model.accountId)
    );
  });
}

const strings = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));
const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings,
  Resource: strings.optional(),
  Principal: z.union([z.string(), z.record(z.string(), strings)]).optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const queuePolicySchema = z.object({
  Queues: z.array(z.string()),
  PolicyDocument: jsonDocument.pipe(
    z.object({ Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]) }),
  ),
});
type Statement = z.output<typeof statementSchema>;

/** What a service's request carries in its context. */
interface RequestFacts {
  readonly 'aws:sourcearn': string;
  readonly 'aws:sourceaccount': string;
  /** Services call by TLS. */
  readonly 'aws:securetransport': 'true';
}

function conditionHolds(operator: string, key: string, wanted: unknown, facts: RequestFacts): boolean {
  const actual = facts[key.toLowerCase() as keyof RequestFacts];
  const wantedValues = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
  if (actual === undefined) return /^(StringNot|ArnNot)/.test(operator);
  switch (operator) {
    case 'StringEquals':
    case 'Bool':
      return wantedValues.includes(actual);
    case 'ArnEquals':
    case 'ArnLike':
    case 'StringLike':
      return wantedValues.some((pattern) => matchesLike(pattern, actual));
    case 'StringNotEquals':
      return !wantedValues.includes(actual);
    case 'ArnNotEquals':
    case 'ArnNotLike':
    case 'StringNotLike':
      return !wantedValues.some((pattern) => matchesLike(pattern, actual));
    default:
      throw new Error(`the condition operator ${operator} of a queue policy is not known here`);
  }
}

function applies(
  statement: Statement,
  service: string,
  action: string,
  queueArn: string,
  facts: RequestFacts,
): boolean {
  const principal = statement.Principal;
  const forService =
    principal === '*' ||
    (typeof principal === 'object' && (principal.Service?.includes(service) || principal.AWS?.includes('*')));
  return (
    Boolean(forService) &&
    statement.Action.some((pattern) => matchesLike(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.Resource ?? ['*']).some((pattern) => matchesLike(pattern, queueArn)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => conditionHolds(operator, key, wanted, facts)),
    )
  );
}

/** Whether a service may send to the queue on behalf of `sourceArn`, by the template's `AWS::SQS::QueuePolicy`. */
export function maySend(model: AccountModel, queueArn: string, service: string, sourceArn: string): boolean {
  const queue = model.byArn(queueArn);
  const facts: RequestFacts = {
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': model.accountId,
    'aws:securetransport': 'true',
  };
  const statements = model.ofType('AWS::SQS::QueuePolicy').flatMap((resource) => {
    const policy = readProperties(resource, queuePolicySchema);
    return queue && policy.Queues.includes(queue.ref) ? policy.PolicyDocument.Statement : [];
  });
  const applying = statements.filter((statement) => applies(statement, service, 'sqs:SendMessage', queueArn, facts));
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}
