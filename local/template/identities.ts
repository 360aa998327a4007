/** Who a resource is: its name, id and ARN, made from as few of its properties as they need. */
import { createHash } from 'node:crypto';
import type { ModelOptions } from '../contracts.ts';
import { type ResourceIdentity, resourceTypes, type TypeContext } from './resource-types.ts';
import type { TemplateResource } from './template-schema.ts';

const digits = (seed: string, length: number): string => {
  const hex = createHash('sha256').update(seed).digest('hex');
  return BigInt(`0x${hex}`).toString(36).padStart(50, '0').slice(0, length);
};

/** `<stack>-<logical id>-<12 letters>`, as CloudFormation names what the template leaves unnamed. */
function generatedName(stack: string, logicalId: string, maxLength: number): string {
  const suffix = digits(`${stack}/${logicalId}`, 12);
  return `${`${stack}-${logicalId}`.slice(0, maxLength - suffix.length - 1)}-${suffix}`;
}

/** @throws Error naming the resource when its type is not known here. */
export function identify(
  stack: string,
  logicalId: string,
  resource: TemplateResource,
  options: ModelOptions,
  property: (name: string) => unknown,
): ResourceIdentity {
  const type = resourceTypes[resource.Type];
  if (!type) throw new Error(`${stack}/${logicalId}: the local account does not know the type ${resource.Type}`);
  const context: TypeContext = {
    region: options.region,
    accountId: options.accountId,
    gatewayUrl: options.gatewayUrl,
    ...(options.apiEndpoint ? { apiEndpoint: options.apiEndpoint } : {}),
    stack,
    logicalId,
    property,
    nameFrom: (name, maxLength) => {
      const given = property(name);
      return given === undefined ? generatedName(stack, logicalId, maxLength) : String(given);
    },
    id: (length) => digits(`${stack}/${logicalId}/${resource.Type}`, length),
    arn: (service, rest) => `arn:aws:${service}:${options.region}:${options.accountId}:${rest}`,
  };
  return type.identify(context);
}
