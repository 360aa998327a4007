/** Logs, alarms and the CDK's own: nothing that a function can reach. */
import type { ResourceTypes } from '../resource-types.ts';
import { anonymous, define, named } from './define.ts';

export const operationTypes: ResourceTypes = {
  'AWS::Logs::LogGroup': define(
    'DataProtectionPolicy DeletionProtectionEnabled FieldIndexPolicies KmsKeyId LogGroupClass LogGroupName ResourcePolicyDocument RetentionInDays Tags',
    named('logs', 'LogGroupName', 512, (name) => `log-group:${name}:*`),
  ),
  'AWS::Logs::LogStream': define(
    'LogGroupName LogStreamName',
    named('logs', 'LogStreamName', 512, (name) => `log-stream:${name}`),
  ),
  'AWS::Logs::MetricFilter': define(
    'ApplyOnTransformedLogs FilterName FilterPattern LogGroupName MetricTransformations',
    named('logs', 'FilterName', 512, (name) => `metric-filter:${name}`),
  ),
  'AWS::Logs::ResourcePolicy': define('PolicyDocument PolicyName', anonymous('logs', 'resource-policy')),
  'AWS::Logs::QueryDefinition': define(
    'LogGroupNames Name QueryLanguage QueryString Parameters',
    anonymous('logs', 'query-definition'),
  ),
  'AWS::CloudWatch::Alarm': define(
    `ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions EvaluateLowSampleCountPercentile
     EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic Tags Threshold
     ThresholdMetricId TreatMissingData Unit`,
    named('cloudwatch', 'AlarmName', 255, (name) => `alarm:${name}`),
  ),
  'AWS::CloudWatch::CompositeAlarm': define(
    `ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod AlarmActions AlarmDescription AlarmName
     AlarmRule InsufficientDataActions OKActions Tags`,
    named('cloudwatch', 'AlarmName', 255, (name) => `alarm:${name}`),
  ),
  'AWS::CloudWatch::Dashboard': define(
    'DashboardBody DashboardName Tags',
    named('cloudwatch', 'DashboardName', 255, (name) => `dashboard/${name}`),
  ),
  'AWS::Budgets::Budget': define(
    'Budget NotificationsWithSubscribers ResourceTags',
    named('budgets', 'BudgetName', 100, (name) => `budget/${name}`),
  ),
  'AWS::CDK::Metadata': define('Analytics', anonymous('cdk', 'metadata')),
};
