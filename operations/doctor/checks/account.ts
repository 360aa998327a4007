/** What the AWS account needs before and after a deployment: credentials, the CDK's bootstrap, concurrency, and somebody whom alarms reach. */
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { AwsRefusal, textsOf } from '../aws-query.ts';
import { type Check, failed, ok, warning, wordingOf } from '../check.ts';
import type { Deployment } from '../place.ts';

/** Below it the CDK of this repository cannot deploy. */
const bootstrapVersion = 6;
/** A new account has ten; the workers alone may be 200. */
const enoughConcurrency = 1_000;

export const credentialsCheck = ({ query }: Deployment): Check => ({
  name: 'AWS credentials',
  look: async () => {
    try {
      const xml = await query('sts', { Action: 'GetCallerIdentity' });
      return ok(`${textsOf(xml, 'Arn')[0] ?? 'somebody'} in account ${textsOf(xml, 'Account')[0] ?? '?'}`);
    } catch (error) {
      return failed(
        wordingOf(error),
        'Sign in, and name profile and region:',
        'aws sso login --profile operator',
        'export AWS_PROFILE=operator AWS_REGION=eu-central-1',
      );
    }
  },
});

const isMissing = (error: unknown): boolean => error instanceof AwsRefusal && /does not exist/.test(error.message);

/** A stack's outputs by key; nothing where there is no such stack. @throws AwsRefusal */
export const stackOf = async ({ query }: Deployment, name: string) => {
  const xml = await query('cloudformation', { Action: 'DescribeStacks', StackName: name }).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (xml === undefined) return undefined;
  const keys = textsOf(xml, 'OutputKey');
  const values = textsOf(xml, 'OutputValue');
  return {
    status: textsOf(xml, 'StackStatus')[0] ?? 'unknown',
    outputs: Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ''])),
  };
};

export const bootstrapCheck = (deployment: Deployment): Check => ({
  name: 'CDK bootstrap',
  look: async () => {
    const stack = await stackOf(deployment, 'CDKToolkit');
    if (!stack) return failed('there is no stack CDKToolkit', 'Once for each account and region:', 'npx cdk bootstrap');
    const version = Number(stack.outputs.BootstrapVersion ?? 0);
    if (version < bootstrapVersion || !/^(CREATE|UPDATE)_COMPLETE$/.test(stack.status))
      return failed(`version ${version}, ${stack.status}`, 'Bring it up to date:', 'npx cdk bootstrap');
    return ok(`version ${version}`);
  },
});

export const deployedCheck = (deployment: Deployment): Check => ({
  name: 'stacks',
  look: async () => {
    const name = `${deployment.prefix}Platform`;
    const stack = await stackOf(deployment, name);
    if (!stack) return failed(`there is no stack ${name}`, 'Deploy, or name another --prefix:', 'npx cdk deploy --all');
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(stack.status))
      return failed(
        `${name} is ${stack.status}`,
        'See why, then deploy again:',
        `aws cloudformation describe-stack-events --stack-name ${name}`,
      );
    return ok(`${name} is ${stack.status}`);
  },
});

export const concurrencyCheck = ({ lambda }: Pick<Deployment, 'lambda'>): Check => ({
  name: 'Lambda concurrency',
  look: async () => {
    const { AccountLimit: limit } = await lambda.send(new GetAccountSettingsCommand({}));
    const most = limit?.ConcurrentExecutions ?? 0;
    if (most >= enoughConcurrency) return ok(`${most} at a time`);
    return warning(
      `${most} functions run at a time in this account; ${enoughConcurrency} are usual`,
      'Ask for more. It takes a day or two:',
      `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${enoughConcurrency}`,
    );
  },
});

const maxPages = 20;

/** Subscriptions of the alarms' topic, by their endpoint; who has not confirmed has no ARN yet. */
const alarmSubscriptions = async ({ query, prefix }: Deployment) => {
  const found: { readonly endpoint: string; readonly confirmed: boolean }[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const xml = await query('sns', { Action: 'ListSubscriptions', ...(token ? { NextToken: token } : {}) });
    for (const member of textsOf(xml, 'member')) {
      const [topic = ''] = textsOf(member, 'TopicArn');
      const [arn = ''] = textsOf(member, 'SubscriptionArn');
      if (topic.split(':').at(-1)?.startsWith(`${prefix}Platform-Alarms`))
        found.push({ endpoint: textsOf(member, 'Endpoint')[0] ?? '?', confirmed: arn.startsWith('arn:') });
    }
    [token] = textsOf(xml, 'NextToken');
    if (!token) return found;
  }
  return found;
};

export const alarmsCheck = (deployment: Deployment): Check => ({
  name: 'alarms reach somebody',
  look: async () => {
    const subscriptions = await alarmSubscriptions(deployment);
    if (subscriptions.length === 0)
      return warning(
        'nobody has subscribed to the alarms',
        'Name an address in the context:',
        'npx cdk deploy --all -c alarm_email=you@your.company',
      );
    const waiting = subscriptions.filter(({ confirmed }) => !confirmed);
    if (waiting.length === 0) return ok(`${subscriptions.length} confirmed`);
    return failed(
      `${waiting.map(({ endpoint }) => endpoint).join(', ')} has not confirmed`,
      'Follow the link in the mail "AWS Notification - Subscription Confirmation". Lost? A new one comes when you subscribe again in the console of SNS.',
    );
  },
});
