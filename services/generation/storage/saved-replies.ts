/** Replies that users keep to use again (FS6): a text as it was, and the generation that it came from. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Id } from '#shared/ids.ts';
import { type KeptItems, keptItems } from './kept-items.ts';

export type SavedReplyId = Id<'rpl'>;

/** Saved replies of one user at most. */
export const maxSavedReplies = 1_000;

export interface SavedReply {
  readonly id: SavedReplyId;
  readonly text: string;
  readonly note?: string | undefined;
  /** Stays when that generation is removed. */
  readonly generation?: Id<'gen'> | undefined;
  readonly createdAt: string;
}

export type SavedReplies = KeptItems<SavedReply>;

export const savedReplies = (client: DynamoDBDocumentClient, table: string): SavedReplies =>
  keptItems<SavedReply>(client, { table, prefix: 'rpl_', max: maxSavedReplies });
