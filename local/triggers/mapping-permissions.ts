/** Lambda polls by the function's own role, and refuses to create a mapping that the role could not serve. */
import * as z from 'zod';
import type { AccountModel, Resource } from '../contracts.ts';
import { isAllowed } from '../iam/index.ts';
import { rolePolicies } from '../template/index.ts';
import { functionNameOf, nameOf, readProperties } from './properties.ts';

const needed = {
  dynamodb: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
} as const;

const mappingSchema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional(),
});

/** @throws Error naming the mapping, the role and the action it lacks. */
export function checkMappingPermissions(model: AccountModel, resource: Resource): void {
  const { EventSourceArn: source, FunctionName, DestinationConfig } = readProperties(resource, mappingSchema);
  const name = functionNameOf(FunctionName) ?? FunctionName;
  const role = model.ofType('AWS::Lambda::Function').find(({ ref }) => ref === name)?.properties.Role;
  if (typeof role !== 'string') throw new Error(`${nameOf(resource)}: no function is named ${name}`);
  const statements = rolePolicies(model, role);
  const destination = DestinationConfig?.OnFailure?.Destination;
  const calls = [
    ...(source.includes(':sqs:') ? needed.sqs : needed.dynamodb).map((action) => ({ action, resource: source })),
    ...(destination ? [{ action: 'sqs:SendMessage', resource: destination }] : []),
  ];
  for (const call of calls) {
    if (isAllowed(statements, call)) continue;
    throw new Error(
      `${nameOf(resource)}: the role ${role} of ${name} does not allow ${call.action} on ${call.resource}, so AWS would refuse the mapping`,
    );
  }
}
