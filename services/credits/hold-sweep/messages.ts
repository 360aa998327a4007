/** What the hold sweep says to itself: begin, and a page of accounts of one shard to look through. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { sendPages, shardPages } from '#shared/messaging/shard-pages.ts';
import { dueCursor } from '../read-models/balance-indexes.ts';
import { holdShards } from '../read-models/balances.ts';

export const sweepMessage = shardPages(holdShards, dueCursor);
export type SweepMessage = z.infer<typeof sweepMessage>;
export type SweepPage = Extract<SweepMessage, { kind: 'page' }>;

export const sendSweep = (client: SQSClient, queueUrl: string) => sendPages<SweepPage>(client, queueUrl, 'sweep');
export type SendSweep = ReturnType<typeof sendSweep>;
