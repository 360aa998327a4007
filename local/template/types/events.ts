/** EventBridge, EventBridge Scheduler and SNS. */
import type { ResourceTypes } from '../resource-types.ts';
import { anonymous, define, named } from './define.ts';

export const eventTypes: ResourceTypes = {
  'AWS::Events::EventBus': define(
    'DeadLetterConfig Description KmsKeyIdentifier LogConfig Name Policy Tags',
    (context) => {
      const name = String(context.property('Name'));
      const arn = context.arn('events', `event-bus/${name}`);
      return { ref: name, arn, attributes: { Arn: arn, Name: name } };
    },
  ),
  'AWS::Events::Rule': define(
    'Description EventBusName EventPattern Name RoleArn ScheduleExpression State Tags Targets',
    (context) => {
      const name = context.nameFrom('Name', 64);
      const bus = String(context.property('EventBusName') ?? 'default').replace(/^arn:.*event-bus\//, '');
      const arn = context.arn('events', bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`);
      return { ref: bus === 'default' ? name : `${bus}|${name}`, arn, attributes: { Arn: arn } };
    },
  ),
  'AWS::Events::Archive': define(
    'ArchiveName Description EventPattern KmsKeyIdentifier RetentionDays SourceArn',
    named('events', 'ArchiveName', 48, (name) => `archive/${name}`),
  ),
  'AWS::Events::EventBusPolicy': define(
    'Action Condition EventBusName Principal Statement StatementId',
    anonymous('events', 'event-bus-policy'),
  ),
  'AWS::Scheduler::Schedule': define(
    'Description EndDate FlexibleTimeWindow GroupName KmsKeyArn Name ScheduleExpression ScheduleExpressionTimezone StartDate State Target',
    (context) => {
      const name = context.nameFrom('Name', 64);
      const arn = context.arn('scheduler', `schedule/${String(context.property('GroupName') ?? 'default')}/${name}`);
      return { ref: name, arn, attributes: { Arn: arn } };
    },
  ),
  'AWS::Scheduler::ScheduleGroup': define(
    'Name Tags',
    named('scheduler', 'Name', 64, (name) => `schedule-group/${name}`),
  ),
  'AWS::SNS::Topic': define(
    'ContentBasedDeduplication DisplayName FifoTopic KmsMasterKeyId SignatureVersion Subscription Tags TopicName TracingConfig',
    (context) => {
      const name = context.nameFrom('TopicName', 256);
      const arn = context.arn('sns', name);
      return { ref: arn, arn, attributes: { TopicArn: arn, TopicName: name } };
    },
  ),
  'AWS::SNS::Subscription': define(
    'DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery RedrivePolicy Region SubscriptionRoleArn TopicArn',
    (context) => {
      const arn = `${String(context.property('TopicArn'))}:${context.id(32)}`;
      return { ref: arn, arn, attributes: { Arn: arn } };
    },
  ),
  'AWS::SNS::TopicPolicy': define('PolicyDocument Topics', anonymous('sns', 'topic-policy')),
};
