/** Whether policies allow a request: one Allow is needed, one Deny is enough. */
import type { PolicyStatement } from '../contracts.ts';
import { checkOperators, conditionsHold, type RequestContext } from './conditions.ts';
import { matchesWildcard } from './wildcard.ts';

/** One thing that an AWS call does to one resource. */
export interface Permission {
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /** ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  readonly context?: RequestContext;
}

export type Verdict = 'allowed' | 'denied-explicitly' | 'denied';

function applies(statement: PolicyStatement, { action, resource, context = {} }: Permission): boolean {
  const inActions = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesWildcard(pattern, action, { ignoreCase: true }));
  const inResources = (patterns: readonly string[]) => patterns.some((pattern) => matchesWildcard(pattern, resource));
  return (
    (statement.notActions ? !inActions(statement.notActions) : inActions(statement.actions)) &&
    (statement.notResources ? !inResources(statement.notResources) : inResources(statement.resources)) &&
    (!statement.conditions || conditionsHold(statement.conditions, context))
  );
}

export function evaluate(statements: readonly PolicyStatement[], permission: Permission): Verdict {
  const applying = statements.filter((statement) => applies(statement, permission));
  if (applying.some(({ effect }) => effect === 'Deny')) return 'denied-explicitly';
  return applying.length > 0 ? 'allowed' : 'denied';
}

export function isAllowed(statements: readonly PolicyStatement[], permission: Permission): boolean {
  return evaluate(statements, permission) === 'allowed';
}

/** @throws Error on what the evaluator does not know, so that it is found at the start and not at the first call. */
export function checkStatements(statements: readonly PolicyStatement[]): void {
  for (const { conditions = {}, resources, notResources = [] } of statements) {
    checkOperators(conditions);
    const variable = /\$\{[^}]*\}/.exec(JSON.stringify([conditions, resources, notResources]));
    if (variable) throw new Error(`the policy variable ${variable[0]} is not known to the local account`);
  }
}
