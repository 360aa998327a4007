/** Where alarms ring: one topic that every alarm of every stack tells, and an address if the deployment names one. */

import type { App, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';

/** Call it last: it finds the alarms that are there by then. */
export const ringAlarms = (app: App, platform: Stack, email: string | undefined): void => {
  const topic = new Topic(platform, 'Alarms', { displayName: 'Tessera alarms', enforceSSL: true });
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
  if (email) topic.addSubscription(new EmailSubscription(email));
  const action = new SnsAction(topic);
  for (const construct of app.node.findAll()) if (construct instanceof Alarm) construct.addAlarmAction(action);
};
