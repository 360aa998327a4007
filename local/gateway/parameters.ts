/** SSM's parameters, to read from: values come from the options and from the template. */
import type { AccountModel } from '../contracts.ts';
import { listOf, textOf } from '../iam/request.ts';
import { AwsError, json } from './answer.ts';
import type { Service } from './call.ts';

interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly ARN: string;
  readonly Version: number;
  readonly DataType: string;
}

const maxNames = 10;
const maxResults = 10;

/** Whether the name lies under the path; one level deep unless recursive. */
function isUnder(name: string, path: string, recursive: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(folder) && (recursive || !name.slice(folder.length).includes('/'));
}

export function createParameterService(model: AccountModel, given: Readonly<Record<string, string>> = {}): Service {
  const resources = model.ofType('AWS::SSM::Parameter');
  const types = new Map(resources.map(({ ref, properties }) => [ref, textOf(properties.Type)]));
  const values = {
    ...Object.fromEntries(resources.map(({ ref, properties }) => [ref, String(properties.Value)])),
    ...given,
  };
  const parameters = Object.entries(values).map(
    ([Name, Value]): Parameter => ({
      Name,
      Value,
      Type: types.get(Name) ?? 'SecureString',
      ARN: `arn:aws:ssm:${model.region}:${model.accountId}:parameter/${Name.replace(/^\//, '')}`,
      Version: 1,
      DataType: 'text',
    }),
  );
  const find = (name: string) => parameters.find(({ Name, ARN }) => name === Name || name === ARN);

  return {
    async handle({ operation, body }) {
      if (operation === 'GetParameter') {
        const found = find(textOf(body.Name));
        if (!found) throw new AwsError('ParameterNotFound', `the parameter ${textOf(body.Name)} does not exist`);
        return json({ Parameter: found });
      }
      if (operation === 'GetParameters') {
        const names = listOf(body.Names).map(textOf);
        if (names.length > maxNames) throw new AwsError('ValidationException', `at most ${maxNames} names are taken`);
        return json({
          Parameters: names.flatMap((name) => find(name) ?? []),
          InvalidParameters: names.filter((name) => !find(name)),
        });
      }
      if (operation === 'GetParametersByPath') {
        const all = parameters.filter(({ Name }) => isUnder(Name, textOf(body.Path), body.Recursive === true));
        const from = Number(body.NextToken ?? 0);
        const size = Math.min(Number(body.MaxResults ?? maxResults), maxResults);
        const next = from + size < all.length ? { NextToken: String(from + size) } : {};
        return json({ Parameters: all.slice(from, from + size), ...next });
      }
      throw new AwsError('UnknownOperationException', `the local SSM has no ${operation}`);
    },
  };
}
