/** Reading a resource's properties by schema, so that a wrong template is refused by name. */
import * as z from 'zod';
import type { AccountModel, Resource } from '../contracts.ts';

export function readProperties<Schema extends z.ZodType>(resource: Resource, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  throw new Error(`${nameOf(resource)} is not understood:\n${z.prettifyError(parsed.error)}`);
}

/** `Stack/LogicalId (AWS::Type)`, as every message of the local account names a resource. */
export const nameOf = (resource: Resource): string => `${resource.stack}/${resource.logicalId} (${resource.type})`;

/** CloudFormation takes numbers as strings too. */
export const number = z.coerce.number();
export const boolean = z.union([z.boolean(), z.stringbool()]);

/** A JSON document, which templates give as an object or as text. */
export const jsonDocument = z.union([
  z.record(z.string(), z.unknown()),
  z.string().transform((text): unknown => JSON.parse(text)),
]);

/** The function's name in its ARN or in an API Gateway invocation URI; qualifiers are left off. */
export function functionNameOf(arn: string): string | undefined {
  return /:function:([^/:]+)/.exec(arn)?.[1];
}

/** The same of what a resource points at. @throws Error naming the resource that points at no function. */
export function functionOf(resource: Resource, uri: string): string {
  const name = functionNameOf(uri);
  if (!name) throw new Error(`${nameOf(resource)} points at no function: ${uri}`);
  return name;
}

/** The queue's name, of an SQS ARN. */
export function queueNameOf(arn: string): string | undefined {
  return /^arn:[^:]+:sqs:[^:]*:[^:]*:([^:]+)$/.exec(arn)?.[1];
}

/** Whether it is a Firehose stream's ARN. */
export const isDeliveryStream = (arn: string): boolean =>
  /^arn:[^:]+:firehose:[^:]*:[^:]*:deliverystream\/[^/]+$/.test(arn);

export function byRef(model: AccountModel, type: string, ref: string): Resource | undefined {
  return model.ofType(type).find((resource) => resource.ref === ref);
}
