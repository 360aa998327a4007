/** Lambda and IAM. */
import type { ResourceTypes, TypeContext } from '../resource-types.ts';
import { anonymous, define } from './define.ts';

/** The function's ARN, from a property that may hold its name or its ARN. */
function functionArn(context: TypeContext): string {
  const given = String(context.property('FunctionName'));
  return given.startsWith('arn:') ? given : context.arn('lambda', `function:${given}`);
}

const path = (context: TypeContext) => String(context.property('Path') ?? '/');

export const functionTypes: ResourceTypes = {
  'AWS::Lambda::Function': define(
    `Architectures Code DeadLetterConfig Description Environment EphemeralStorage FunctionName Handler KmsKeyArn LoggingConfig MemorySize
     PackageType RecursiveLoop ReservedConcurrentExecutions Role Runtime RuntimeManagementConfig Tags Timeout TracingConfig`,
    (context) => {
      const name = context.nameFrom('FunctionName', 64);
      const arn = context.arn('lambda', `function:${name}`);
      return { ref: name, arn, attributes: { Arn: arn } };
    },
  ),
  'AWS::Lambda::Permission': define(
    'Action EventSourceToken FunctionName Principal PrincipalOrgID SourceAccount SourceArn',
    anonymous('lambda', 'permission'),
  ),
  'AWS::Lambda::EventSourceMapping': define(
    `BatchSize BisectBatchOnFunctionError DestinationConfig Enabled EventSourceArn FilterCriteria FunctionName FunctionResponseTypes KmsKeyArn
     MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts MetricsConfig ParallelizationFactor ScalingConfig
     StartingPosition StartingPositionTimestamp Tags`,
    (context) => {
      const id = context.id(32);
      const arn = context.arn('lambda', `event-source-mapping:${id}`);
      return { ref: id, arn, attributes: { Id: id, EventSourceMappingArn: arn } };
    },
  ),
  'AWS::Lambda::EventInvokeConfig': define(
    'DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier',
    anonymous('lambda', 'event-invoke-config'),
  ),
  'AWS::Lambda::Version': define('CodeSha256 Description FunctionName RuntimePolicy', (context) => {
    const arn = `${functionArn(context)}:1`;
    return { ref: arn, arn, attributes: { Version: '1', FunctionArn: arn } };
  }),
  'AWS::Lambda::Alias': define('Description FunctionName FunctionVersion Name', (context) => {
    const arn = `${functionArn(context)}:${String(context.property('Name'))}`;
    return { ref: arn, arn, attributes: { AliasArn: arn } };
  }),
  'AWS::IAM::Role': define(
    'AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path Policies RoleName Tags',
    (context) => {
      const name = context.nameFrom('RoleName', 64);
      const arn = `arn:aws:iam::${context.accountId}:role${path(context)}${name}`;
      return { ref: name, arn, attributes: { Arn: arn, RoleId: `AROA${context.id(17).toUpperCase()}` } };
    },
  ),
  'AWS::IAM::Policy': define('Groups PolicyDocument PolicyName Roles Users', anonymous('iam', 'policy')),
  'AWS::IAM::ManagedPolicy': define(
    'Description Groups ManagedPolicyName Path PolicyDocument Roles Users',
    (context) => {
      const arn = `arn:aws:iam::${context.accountId}:policy${path(context)}${context.nameFrom('ManagedPolicyName', 128)}`;
      return { ref: arn, arn, attributes: { PolicyArn: arn } };
    },
  ),
};
