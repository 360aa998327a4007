/** A whole table, read in parallel segments: bounded memory, each page handed on and forgotten. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

/** Where a segment goes on: a key, `null` when it is done, absent at its beginning. */
export type Position = Readonly<Record<string, unknown>> | null | undefined;

export interface ScanOptions<Item> {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly segments: number;
  /** By segment; absent: from the beginning. */
  readonly positions?: readonly Position[];
  /** Told of every page, in each segment one after the other. `next` is where the segment would go on. */
  onPage(segment: number, items: readonly Item[], next: Position): Promise<void>;
}

/** Consistent. The items of one partition key come together and in the order of their sort keys, as a rule. */
export const scanSegments = async <Item>({
  client,
  table,
  segments,
  positions = [],
  onPage,
}: ScanOptions<Item>): Promise<void> => {
  const scanOne = async (segment: number): Promise<void> => {
    let position = positions[segment];
    while (position !== null) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName: table,
          Segment: segment,
          TotalSegments: segments,
          ConsistentRead: true,
          ...(position ? { ExclusiveStartKey: position } : {}),
        }),
      );
      position = LastEvaluatedKey ?? null;
      await onPage(segment, Items as Item[], position);
    }
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => scanOne(segment)));
};
