/** What the check of due subscriptions says to itself: begin, and a page of one shard to look through. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { sendPages, shardPages } from '#shared/messaging/shard-pages.ts';
import { dueCursor, dueShards } from './due-table.ts';

export const checkMessage = shardPages(dueShards, dueCursor);
export type CheckMessage = z.infer<typeof checkMessage>;
type CheckPage = Extract<CheckMessage, { kind: 'page' }>;

export const sendCheck = (client: SQSClient, queueUrl: string) => sendPages<CheckPage>(client, queueUrl, 'check');
export type SendCheck = ReturnType<typeof sendCheck>;
