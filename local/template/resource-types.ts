/** The resource types that the local account knows: the properties each may have, and what `Ref` and `Fn::GetAtt` give for it. */
import { apiTypes } from './types/api.ts';
import { dataTypes } from './types/data.ts';
import { eventTypes } from './types/events.ts';
import { functionTypes } from './types/functions.ts';
import { lakeTypes } from './types/lake.ts';
import { operationTypes } from './types/operations.ts';

/** What names and ARNs are made from. */
export interface TypeContext {
  readonly region: string;
  readonly accountId: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly gatewayUrl: string;
  readonly apiEndpoint?: (api: { logicalId: string; protocol: 'HTTP' | 'WEBSOCKET' }) => string;
  /** The resolved property, or undefined. */
  property(name: string): unknown;
  /** The property as text; absent: a generated name as CloudFormation would give, no longer than this. */
  nameFrom(property: string, maxLength: number): string;
  /** Stable letters and digits, lower-case, for ids that AWS draws at random. */
  id(length: number): string;
  arn(service: string, resource: string): string;
}

export interface ResourceIdentity {
  readonly ref: string;
  readonly arn: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface ResourceType {
  readonly properties: ReadonlySet<string>;
  identify(context: TypeContext): ResourceIdentity;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;

export const resourceTypes: ResourceTypes = {
  ...apiTypes,
  ...dataTypes,
  ...eventTypes,
  ...functionTypes,
  ...lakeTypes,
  ...operationTypes,
};
