/** Alarms over the whole deployment, and where all of them ring: one topic, and an address if the deployment names one. */

import { type App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Alarm, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { projectionLag } from '#shared/messaging/projection-lag.ts';
import { alarmAbove, countedMetric } from './constructs/alarm.ts';
import { TesseraFunction } from './constructs/tessera-function.ts';
import type { PlatformStack } from './stacks/platform.ts';

const period = Duration.minutes(5);
/** Of fewer requests in five minutes, one failure would be too many. */
const enoughRequests = 50;
const maxServerErrorsPercent = 1;
/** A generation is accepted in well under a second; beyond this clients give up. */
const slowMs = 3_000;
/** Whoever looks at a list sees what happened half a minute ago. */
const lateMs = 30_000;

/** Of the HTTP API as a whole, from outside: also what no function of ours had a part in. */
export const apiMetric = ({ api }: PlatformStack, metricName: string, statistic: string): Metric =>
  new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId: api.ref },
    period,
    statistic,
  });

const watchApi = (platform: PlatformStack): void => {
  const ratio = new MathExpression({
    expression: `IF(requests >= ${enoughRequests}, 100 * FILL(errors, 0) / requests, 0)`,
    usingMetrics: { errors: apiMetric(platform, '5xx', 'Sum'), requests: apiMetric(platform, 'Count', 'Sum') },
    period,
    label: 'requests answered by 5xx, %',
  });
  alarmAbove(platform, 'ServerErrors', ratio, {
    threshold: maxServerErrorsPercent,
    describe: `API: more than ${maxServerErrorsPercent} % of the requests of five minutes were answered by 5xx`,
    runbook: 'api-server-errors',
  });
};

const functionsOf = (app: App): TesseraFunction[] =>
  app.node.findAll().filter((construct) => construct instanceof TesseraFunction);

/** By service, so that the alarm says which one. A new service has its own without a word here. */
const watchServices = (app: App): void => {
  for (const fn of functionsOf(app)) {
    const { service, entryFile } = fn;
    const scope = Stack.of(fn);
    if (entryFile.endsWith('/handlers/api.ts'))
      alarmAbove(scope, 'Slow', countedMetric('Latency', { service, period, statistic: 'p99' }), {
        threshold: slowMs,
        periods: 3,
        describe: `${service}: one request in a hundred takes more than ${slowMs / 1_000} s, for a quarter of an hour`,
        runbook: 'api-slow',
      });
    if (entryFile.endsWith('/handlers/project.ts'))
      alarmAbove(scope, projectionLag, countedMetric(projectionLag, { service, period, statistic: 'p99' }), {
        threshold: lateMs,
        periods: 2,
        describe: `${service}: its lists are more than ${lateMs / 1_000} s behind its events`,
        runbook: projectionLag.toLowerCase(),
      });
  }
};

/** Call it last: it finds the functions and alarms that are there by then. */
export const ringAlarms = (app: App, platform: PlatformStack, email: string | undefined): void => {
  watchApi(platform);
  watchServices(app);
  const topic = new Topic(platform, 'Alarms', { displayName: 'Tessera alarms', enforceSSL: true });
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
  if (email)
    Validations.of(topic.addSubscription(new EmailSubscription(email))).acknowledge({
      id: 'Serverless::Serverless-SNSRedrivePolicy',
      reason:
        'A mail that cannot be delivered is of no use later: the alarm itself stays where it is seen, in CloudWatch.',
    });
  const action = new SnsAction(topic);
  for (const construct of app.node.findAll()) if (construct instanceof Alarm) construct.addAlarmAction(action);
};
