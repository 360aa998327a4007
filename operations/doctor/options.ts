/** What `npm run doctor` is told. */
import * as z from 'zod';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import type { Where } from './place.ts';

export const usage = `npm run doctor [-- options]

  Checks a set-up, and says how to mend what it finds. Changes nothing, and shows no secret.
  Always: Node, packages and ports of this machine. Then the deployment, if there is one:
  credentials, bootstrap, quotas, secrets, issuers, webhook endpoints, alarms, the API.

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name the beginning of the stacks' names; region and credentials are the SDK's own
  variables (AWS_REGION, AWS_PROFILE, …).
  --prefix Tessera

Options
  --local       this machine alone
  --app APP     one app; may be given again (default: every app that is not internal)
  --api URL     the API's address (default: public_url of cdk.json, or what the stack tells)
  --json        the result as JSON

Exit code: 0 nothing failed, 1 something failed, 2 the command could not run.`;

export interface DoctorOptions {
  readonly help: boolean;
  readonly local: boolean;
  readonly json: boolean;
  readonly apps: readonly string[] | undefined;
  readonly api: string | undefined;
  readonly where: Where;
}

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[], known: readonly string[]): DoctorOptions => {
  const { values, positionals } = parseArguments(args, {
    account: { type: 'string', default: '.local/account.json' },
    prefix: { type: 'string' },
    local: { type: 'boolean', default: false },
    app: { type: 'string', multiple: true },
    api: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  if (positionals[0] !== undefined) throw new OperatorError(`doctor takes no "${positionals[0]}"`);
  if (values.local && values.prefix !== undefined) throw new OperatorError('--local or --prefix, not both');
  const unknown = values.app?.find((app) => !known.includes(app));
  if (unknown !== undefined) throw new OperatorError(`there is no app "${unknown}": ${known.join(', ')}`);
  const api = z
    .url({ protocol: /^https?$/ })
    .optional()
    .safeParse(values.api);
  if (!api.success) throw new OperatorError(`--api takes an address, not "${values.api}"`);
  return {
    help: values.help,
    local: values.local,
    json: values.json,
    apps: values.app,
    api: api.data?.replace(/\/$/, ''),
    where: { prefix: values.prefix, accountFile: values.account },
  };
};
