/** Shorthand for the tables of resource types beside this file. */
import type { ResourceIdentity, ResourceType, TypeContext } from '../resource-types.ts';

/** `properties` separated by spaces; what is not listed is refused by name. */
export function define(properties: string, identify: (context: TypeContext) => ResourceIdentity): ResourceType {
  return { properties: new Set(properties.trim().split(/\s+/)), identify };
}

/** For what nothing refers to but by its generated id: policies, permissions, mappings. */
export function anonymous(service: string, kind: string): (context: TypeContext) => ResourceIdentity {
  return (context) => {
    const id = context.id(16);
    return { ref: id, arn: context.arn(service, `${kind}/${id}`), attributes: { Id: id } };
  };
}

/** For a resource whose `Ref` is its name and whose ARN ends in it. */
export function named(
  service: string,
  property: string,
  maxLength: number,
  resource: (name: string) => string,
): (context: TypeContext) => ResourceIdentity {
  return (context) => {
    const name = context.nameFrom(property, maxLength);
    const arn = context.arn(service, resource(name));
    return { ref: name, arn, attributes: { Arn: arn } };
  };
}
