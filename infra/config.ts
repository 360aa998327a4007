/**
 * What differs between deployments, from CDK context (`cdk.json`, or `-c`): `issuers`, `sandbox_apps`, `private_hosts`, `worker_hosts`,
 * `outputs`, `public_url`, `alarm_email`, `runbook_url`, `tracing`, `monthly_budget_usd`. Everything else is in code.
 */
import type { App } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { definitions } from '#apps';
import { type Issuer, issuersByApp } from '#services/catalog/contracts.ts';

export interface DeploymentConfig {
  /** Issuers by app. An app that is not listed here takes no tokens; internal apps are listed only by the context key. */
  readonly issuers: Readonly<Record<string, readonly Issuer[]>>;
  /** Browser origins that may call the API and upload files. */
  readonly origins: readonly string[];
  /** Apps whose tools run on the sandbox provider in place of their own: for trying out, never where users pay. */
  readonly sandboxApps: readonly string[];
  /** Hosts, as `host:port` or `host:*`, that may be called though they are not public, and by http, by webhooks. None by default. */
  readonly privateHosts: readonly string[];
  /** The same for one's own GPU workers, whose files are fetched. A list apart: no app's admin may have webhooks sent there. */
  readonly workerHosts: readonly string[];
  /** A bucket of another S3-compatible service for outputs; in this deployment's own by default. */
  readonly outputs: OutputsElsewhere | undefined;
  /** Who is told when an alarm rings; nobody by default. */
  readonly alarmEmail: string | undefined;
  /** US dollars; the alarms' address is told when a month's bill nears it. No budget by default. */
  readonly monthlyBudgetUsd: number | undefined;
  /** `https://api.example.com`, where a domain of one's own leads to the API: what providers are told to call. */
  readonly publicUrl: string | undefined;
  readonly env: { readonly account?: string; readonly region?: string };
}

/** `keys_secret`: name of the secret in Secrets Manager with `{ "access_key_id", "secret_access_key" }` of that service. */
const outputsElsewhere = z.strictObject({
  endpoint: z.url({ protocol: /^https$/ }),
  region: z.string().min(1),
  bucket: z.string().min(3).max(63),
  keys_secret: z.string().min(1).max(512),
});
export type OutputsElsewhere = z.infer<typeof outputsElsewhere>;

const outputsOf = (given: unknown): OutputsElsewhere | undefined =>
  outputsElsewhere.optional().parse(typeof given === 'string' ? JSON.parse(given) : given, {
    error: () => 'context key "outputs": { endpoint (https), region, bucket, keys_secret }',
  });

/** Lambda takes 4 KB of environment in all. */
const maxIssuersBytes = 3_400;

const appIds = definitions.map(({ id }) => id);

/** `all`, or a list of apps. */
const sandboxAppsOf = (given: unknown): readonly string[] => {
  if (given === undefined) return [];
  if (given === 'all') return appIds;
  const list = typeof given === 'string' ? given.split(',') : given;
  return z
    .array(z.enum(appIds), { error: `context key "sandbox_apps": "all", or some of ${appIds.join(', ')}` })
    .parse(list);
};

const privateHost = z.string().regex(/^([^\s:/[\]]+|\[[\da-f:.]+\]):(\d{1,5}|\*)$/i);

/** A list, or the same with commas. */
const hostsOf = (key: string, given: unknown): readonly string[] =>
  z.array(privateHost).parse(typeof given === 'string' ? given.split(',') : (given ?? []), {
    error: () => `context key "${key}": a list of hosts, each as "host:port" or "host:*"`,
  });

/** Where `docs/runbook.md` is read: what alarms link to. The file's own path by default. @throws ZodError */
export const runbookUrl = (scope: Construct): string =>
  z
    .url({ protocol: /^https$/, error: 'context key "runbook_url": an https address, without an anchor' })
    .refine((url) => !url.includes('#'), 'context key "runbook_url": without an anchor')
    .default('docs/runbook.md')
    .parse(scope.node.tryGetContext('runbook_url'));

/** From the command line every value is text. */
const yesOrNo = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((given) => given === 'true')], {
    error: 'context key "tracing": true or false',
  })
  .default(false);

/** Whether functions send X-Ray what they do. @throws ZodError */
export const isTraced = (scope: Construct): boolean => yesOrNo.parse(scope.node.tryGetContext('tracing'));

const dollars = z.coerce
  .number({ error: 'context key "monthly_budget_usd": US dollars' })
  .positive({ error: 'context key "monthly_budget_usd": more than nothing' })
  .max(1_000_000_000)
  .optional();

/** @throws ZodError naming the context key and field that is wrong. */
export const deploymentConfig = (app: App): DeploymentConfig => {
  const given: unknown = app.node.tryGetContext('issuers');
  const issuers =
    given === undefined
      ? Object.fromEntries(definitions.filter(({ internal }) => !internal).map(({ id, issuers }) => [id, issuers]))
      : issuersByApp.parse(typeof given === 'string' ? JSON.parse(given) : given, {
          error: (issue) => `context key "issuers": ${issue.message ?? issue.code}`,
        });
  if (Buffer.byteLength(JSON.stringify(issuers)) > maxIssuersBytes)
    throw new Error(
      `the issuers of all apps take more than ${maxIssuersBytes} bytes: the authorizer's environment holds no more`,
    );
  return {
    issuers,
    sandboxApps: sandboxAppsOf(app.node.tryGetContext('sandbox_apps')),
    publicUrl: z
      .url({ protocol: /^https$/, error: 'context key "public_url": an https address' })
      .transform((url) => url.replace(/\/$/, ''))
      .optional()
      .parse(app.node.tryGetContext('public_url')),
    privateHosts: hostsOf('private_hosts', app.node.tryGetContext('private_hosts')),
    workerHosts: hostsOf('worker_hosts', app.node.tryGetContext('worker_hosts')),
    outputs: outputsOf(app.node.tryGetContext('outputs')),
    alarmEmail: z.email().optional().parse(app.node.tryGetContext('alarm_email')),
    monthlyBudgetUsd: dollars.parse(app.node.tryGetContext('monthly_budget_usd')),
    origins: [...new Set(definitions.flatMap(({ origins }) => origins))],
    env: {
      ...(process.env.CDK_DEFAULT_ACCOUNT ? { account: process.env.CDK_DEFAULT_ACCOUNT } : {}),
      ...(process.env.CDK_DEFAULT_REGION ? { region: process.env.CDK_DEFAULT_REGION } : {}),
    },
  };
};
