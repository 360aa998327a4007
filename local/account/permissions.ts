/** Takes a permission out of a function's role, as if the template never gave it: for tests of what IAM refuses. */
import type { AccountModel, FunctionModel } from '../contracts.ts';

interface Statement {
  Action?: string | string[];
}

const listed = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function statementsOf(document: unknown): Statement[] {
  const statement = (document as { Statement?: Statement | Statement[] } | undefined)?.Statement;
  return statement === undefined ? [] : Array.isArray(statement) ? statement : [statement];
}

/** Every policy document of the role, the model's own objects. */
function documentsOf(model: AccountModel, roleArn: string): unknown[] {
  const role = model.byArn(roleArn);
  const inline = (role?.properties.Policies ?? []) as { PolicyDocument: unknown }[];
  const attached = [...model.ofType('AWS::IAM::Policy'), ...model.ofType('AWS::IAM::ManagedPolicy')].filter(
    ({ properties }) => ((properties.Roles ?? []) as unknown[]).includes(role?.ref),
  );
  return [
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
    ...attached.map(({ properties }) => properties.PolicyDocument),
  ];
}

/** Changes the model, so it must come before the gateway starts. Throws when the role does not name the action: a wildcard cannot be cut. */
export function removePermission(model: AccountModel, fn: FunctionModel, action: string): void {
  let removed = 0;
  for (const document of documentsOf(model, fn.roleArn)) {
    for (const statement of statementsOf(document)) {
      const actions = listed(statement.Action);
      const kept = actions.filter((one) => one.toLowerCase() !== action.toLowerCase());
      removed += actions.length - kept.length;
      // An empty list would be an invalid statement; this action exists nowhere.
      if (kept.length < actions.length) statement.Action = kept.length > 0 ? kept : ['local:Nothing'];
    }
  }
  if (removed === 0) throw new Error(`no policy of ${fn.logicalId} names ${action}`);
}
