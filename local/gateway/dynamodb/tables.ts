/** From the template's tables to the requests that create them. */
import type { AccountModel, Resource } from '../../contracts.ts';
import { listOf, recordOf, textOf } from '../../iam/request.ts';
import { streamOf } from '../../template/types/data.ts';

export interface TableModel {
  readonly name: string;
  readonly arn: string;
  readonly partitionKey: string;
  /** Stream ARN of the model; absent without a stream. */
  readonly streamArn?: string;
  readonly ttlAttribute?: string;
  readonly createRequest: Readonly<Record<string, unknown>>;
}

const pick = (value: unknown, names: readonly string[]) =>
  Object.fromEntries(Object.entries(recordOf(value)).filter(([name]) => names.includes(name)));

function toTable({ properties, ref, arn }: Resource): TableModel {
  const index = (value: unknown) => pick(value, ['IndexName', 'KeySchema', 'Projection']);
  const globals = listOf(properties.GlobalSecondaryIndexes).map(index);
  const locals = listOf(properties.LocalSecondaryIndexes).map(index);
  const stream = properties.StreamSpecification === undefined ? undefined : recordOf(properties.StreamSpecification);
  const keySchema = listOf(properties.KeySchema).map(recordOf);
  const ttl = textOf(recordOf(properties.TimeToLiveSpecification).AttributeName);
  return {
    name: ref,
    arn,
    partitionKey: textOf(keySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName),
    ...(stream ? { streamArn: streamOf(arn) } : {}),
    ...(ttl ? { ttlAttribute: ttl } : {}),
    createRequest: {
      TableName: ref,
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: keySchema,
      BillingMode: 'PAY_PER_REQUEST',
      ...(globals.length > 0 ? { GlobalSecondaryIndexes: globals } : {}),
      ...(locals.length > 0 ? { LocalSecondaryIndexes: locals } : {}),
      ...(stream ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } } : {}),
    },
  };
}

export function tablesOf(model: AccountModel): TableModel[] {
  return [...model.ofType('AWS::DynamoDB::Table'), ...model.ofType('AWS::DynamoDB::GlobalTable')].map(toTable);
}

const shape = (value: unknown): string => {
  const { KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes, StreamSpecification } = recordOf(value);
  const names = (indexes: unknown) =>
    listOf(indexes)
      .map((index) => pick(index, ['IndexName', 'KeySchema']))
      .sort((a, b) => textOf(a.IndexName).localeCompare(textOf(b.IndexName)))
      .map(({ IndexName, KeySchema: keys }) => [IndexName, keys]);
  return JSON.stringify([
    KeySchema,
    names(GlobalSecondaryIndexes),
    names(LocalSecondaryIndexes),
    recordOf(StreamSpecification).StreamViewType,
  ]);
};

/** Whether a table that was kept from an earlier run is what the template asks for. */
export function sameShape(request: unknown, description: unknown): boolean {
  return shape(request) === shape(description);
}
