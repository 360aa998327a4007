/** The functions of the template, as the function runtime needs them. */
import * as z from 'zod';
import type { AccountModel, FunctionModel, Resource } from '../contracts.ts';

/** Where a function's source file stands in its resource's metadata: bundles cannot be traced back to it. */
const entryKey = 'tessera:entry';

const functionSchema = z.object({
  Handler: z.string(),
  Role: z.string(),
  PackageType: z.literal('Zip').default('Zip'),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .object({
      Variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
    })
    .default({ Variables: {} }),
});

/** Functions behind the CDK's custom resources act while a stack is deployed; the model knows what they would do. */
function deployTimeFunctions(model: AccountModel): Set<unknown> {
  return new Set(
    model.resources.filter(({ type }) => type.startsWith('Custom::')).map(({ properties }) => properties.ServiceToken),
  );
}

/** @throws Error naming the function that has no `tessera:entry` metadata. */
export function functions(model: AccountModel): FunctionModel[] {
  const deployTime = deployTimeFunctions(model);
  return model
    .ofType('AWS::Lambda::Function')
    .filter(({ arn }) => !deployTime.has(arn))
    .map(toFunction);
}

function toFunction(resource: Resource): FunctionModel {
  const { stack, logicalId, properties, metadata, ref, arn } = resource;
  const entry = metadata[entryKey];
  if (typeof entry !== 'string') {
    throw new Error(
      `${stack}/${logicalId}: the function has no "${entryKey}" metadata, so its source file is not known`,
    );
  }
  const parsed = functionSchema.safeParse(properties);
  if (!parsed.success) throw new Error(`${stack}/${logicalId} is not understood:\n${z.prettifyError(parsed.error)}`);
  const { Handler, Role, Timeout, MemorySize, ReservedConcurrentExecutions, Environment } = parsed.data;
  return {
    name: ref,
    arn,
    stack,
    logicalId,
    entry,
    exportName: Handler.slice(Handler.lastIndexOf('.') + 1),
    timeoutMs: Timeout * 1000,
    memoryMb: MemorySize,
    environment: Environment.Variables,
    ...(ReservedConcurrentExecutions === undefined ? {} : { reservedConcurrency: ReservedConcurrentExecutions }),
    roleArn: Role,
  };
}
