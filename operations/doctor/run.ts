/** `npm run doctor`: which checks there are for what is asked, made one after the other. */
import { createRequire } from 'node:module';
import { definitions } from '#apps';
import { providersOfApp } from '#services/billing/buying/sale-of.ts';
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { type Check, runChecks, skippedCheck } from './check.ts';
import {
  alarmsCheck,
  bootstrapCheck,
  concurrencyCheck,
  credentialsCheck,
  deployedCheck,
  stackOf,
} from './checks/account.ts';
import { nodeCheck, type PlatformPackage, packageCheck, portsCheck } from './checks/machine.ts';
import { apiCheck, issuerCheck, paymobCheck, stripeCheck } from './checks/outside.ts';
import { appSecrets, commonSecrets, sharedSecretsOf, stripeSetupOf } from './checks/secrets.ts';
import { type DeployedContext, readContext } from './context.ts';
import { type DoctorOptions, readOptions, usage } from './options.ts';
import { type Deployment, findDeployment } from './place.ts';
import { checkedReport, summary } from './report.ts';

/** What of the machine the checks look at; tests have machines of their own. */
export interface Machine {
  readonly nodeVersion: string;
  readonly packages: readonly PlatformPackage[];
  readonly ports: readonly number[];
  readonly cdkJson: string;
  readonly find: typeof findDeployment;
}

const platform = `${process.platform}-${process.arch}`;

export const thisMachine: Machine = {
  nodeVersion: process.version,
  packages: [
    { name: 'sharp', platform, load: () => import('sharp') },
    {
      name: '@dynoxide/linux-x64',
      platform,
      load: async () => createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json'),
    },
  ],
  ports: [4000, 4001, 4002, 4003],
  cdkJson: 'cdk.json',
  find: findDeployment,
};

const machineChecks = ({ nodeVersion, packages, ports }: Machine, running: boolean): Check[] => [
  nodeCheck(nodeVersion),
  ...packages.map(packageCheck),
  portsCheck({ ports, running }),
];

/** Asked once, when the first check wants it. */
const addressOf = (deployment: Deployment, { api }: DoctorOptions, { publicUrl }: DeployedContext) => {
  let asked: Promise<string | undefined> | undefined;
  const ask = async (): Promise<string | undefined> => {
    if (api ?? deployment.api) return api ?? deployment.api;
    if (deployment.kind === 'local') return undefined;
    return publicUrl ?? (await stackOf(deployment, `${deployment.prefix}Platform`))?.outputs.ApiUrl;
  };
  return () => {
    asked ??= ask();
    return asked;
  };
};

const issuerChecks = (app: AppDefinition, deployment: Deployment, { issuers }: DeployedContext): Check[] => {
  const name = `issuer of ${app.id}`;
  if (deployment.kind === 'local') return [skippedCheck(name, 'on this machine the stand-in of Supabase signs')];
  const own = issuers[app.id];
  if (!own) return [skippedCheck(name, 'the context key issuers does not name the app: it takes no tokens')];
  return [
    ...own.flatMap((issuer) => (issuer.algorithm === 'HS256' ? [] : [issuerCheck(app.id, issuer)])),
    ...sharedSecretsOf(deployment.secrets, own),
  ];
};

const appChecks = (
  app: AppDefinition,
  deployment: Deployment,
  context: DeployedContext,
  api: () => Promise<string | undefined>,
): Check[] => {
  const sells = providersOfApp(app);
  return [
    apiCheck({ app: app.id, api }),
    ...issuerChecks(app, deployment, context),
    ...appSecrets(deployment.secrets, app),
    ...(sells.includes('stripe')
      ? [stripeCheck({ app: app.id, setup: () => stripeSetupOf(deployment.secrets, app.id), api })]
      : []),
    ...(sells.includes('paymob') ? [paymobCheck(app.id)] : []),
  ];
};

const accountChecks = (deployment: Deployment): Check[] => {
  const onAws: readonly (readonly [string, (deployment: Deployment) => Check])[] = [
    ['AWS credentials', credentialsCheck],
    ['CDK bootstrap', bootstrapCheck],
    ['stacks', deployedCheck],
    ['Lambda concurrency', concurrencyCheck],
    ['alarms reach somebody', alarmsCheck],
  ];
  const isAws = deployment.kind === 'aws';
  return onAws.map(([name, check]) =>
    isAws ? check(deployment) : skippedCheck(name, 'this is the account of npm start'),
  );
};

/** Without credentials nothing of the account can be looked at: one finding, not thirty. */
const reachable = async (deployment: Deployment | undefined): Promise<boolean> => {
  if (deployment === undefined) return false;
  if (deployment.kind === 'local') return true;
  return (await credentialsCheck(deployment).look()).status === 'ok';
};

const deploymentChecks = async (
  deployment: Deployment | undefined,
  options: DoctorOptions,
  { cdkJson }: Machine,
): Promise<Check[]> => {
  if (options.local) return [];
  if (!deployment)
    return [
      skippedCheck('the deployment', 'no account runs here: npm start, or name one on AWS with --prefix Tessera'),
    ];
  if (!(await reachable(deployment)))
    return [
      credentialsCheck(deployment),
      skippedCheck('the deployment', 'AWS does not take these credentials, or cannot be reached'),
    ];
  const apps = definitions.filter(({ id, internal }) => options.apps?.includes(id) ?? !internal);
  const context = await readContext(cdkJson, definitions);
  const api = addressOf(deployment, options, context);
  return [
    ...accountChecks(deployment),
    ...commonSecrets(deployment.secrets),
    ...apps.flatMap((app) => appChecks(app, deployment, context, api)),
  ];
};

const examine = async (options: DoctorOptions, output: Pick<Output, 'print'>, machine: Machine): Promise<number> => {
  const deployment = options.local ? undefined : await machine.find(options.where);
  try {
    const checks = [
      ...machineChecks(machine, deployment?.kind === 'local'),
      ...(await deploymentChecks(deployment, options, machine)),
    ];
    const all = await runChecks(checks, (checked) => {
      if (!options.json) output.print(checkedReport(checked));
    });
    output.print(options.json ? JSON.stringify(all, undefined, 2) : summary(all));
    return all.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    deployment?.close();
  }
};

/** Answers the exit code: 0, 1 when something failed, 2 when the command could not run. */
export const runDoctor = async (
  args: readonly string[],
  output: Pick<Output, 'print' | 'complain'>,
  machine: Machine = thisMachine,
): Promise<number> => {
  try {
    const options = readOptions(
      args,
      definitions.map(({ id }) => id),
    );
    if (!options.help) return await examine(options, output, machine);
    output.print(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    output.complain(`doctor: ${error.message}`);
    return 2;
  }
};
