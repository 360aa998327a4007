/** An AWS request as far as its permissions depend on it. */

export interface ServiceRequest {
  /** The signing name: `dynamodb`, `sqs`, `s3`, `events`, `lambda`, `secretsmanager`, `ssm`, `execute-api`. */
  readonly service: string;
  /** For example `PutItem`. */
  readonly operation: string;
  /** The JSON body; empty for REST services. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Decoded path, for REST services. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What the names in a request stand for. */
export interface ResourceNames {
  readonly region: string;
  readonly accountId: string;
  /** Partition key of a table, when it is known. */
  partitionKey(tableName: string): string | undefined;
  /** Stream of a table, when it has one. */
  streamArn(tableName: string): string | undefined;
  /** Full ARN of a secret given by name, partial ARN or ARN. */
  secretArn(id: string): string | undefined;
  /** Id of the only WebSocket API. */
  readonly webSocketApiId?: string | undefined;
}

export const arnOf = ({ region, accountId }: ResourceNames, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
