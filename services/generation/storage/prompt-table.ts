/** Prompts that users keep (NB4), which they may change. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Id } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import type { AssetId } from './asset-table.ts';
import { type KeptItems, keptItems, targetOf, untilFree } from './kept-items.ts';

export type PromptId = Id<'prm'>;

/** Prompts of one user at most. */
export const maxPrompts = 500;

export interface Prompt {
  readonly id: PromptId;
  readonly title?: string | undefined;
  readonly text: string;
  readonly thumbnail?: AssetId | undefined;
  readonly secondImage?: AssetId | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Undefined leaves a field as it is, null clears it. */
export interface PromptChange {
  readonly title?: string | null | undefined;
  readonly text?: string | undefined;
  readonly thumbnail?: AssetId | null | undefined;
  readonly secondImage?: AssetId | null | undefined;
}

export interface PromptTable extends KeptItems<Prompt> {
  /** The prompt after the change; nothing when it is gone, which it then stays. */
  change(owner: Owner, id: PromptId, change: PromptChange, at: string): Promise<Prompt | undefined>;
}

const updateOf = (change: Readonly<Record<string, unknown>>) => {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const cleared = given.filter(([, value]) => value === null).map(([name]) => `#${name}`);
  const remove = cleared.length > 0 ? ` REMOVE ${cleared.join(', ')}` : '';
  return {
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}${remove}`,
    ExpressionAttributeNames: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
};

export const promptTable = (client: DynamoDBDocumentClient, table: string): PromptTable => ({
  ...keptItems<Prompt>(client, { table, prefix: 'prm_', max: maxPrompts }),
  change: (owner, id, change, at) =>
    untilFree(owner, async () => {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            ...targetOf(table, owner, id),
            ...updateOf({ ...change, updatedAt: at }),
            ConditionExpression: 'attribute_exists(id)',
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes as Prompt;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    }),
});
