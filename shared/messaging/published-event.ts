/**
 * The bus envelope. What a service publishes is a contract of its own: it lives in `contracts.ts`, carries no state,
 * and a change that breaks readers gets a new `schemaVersion`.
 */
import * as z from 'zod';
import { appId, userId } from '../owner.ts';

/** The schema of one published event. @example publishedEvent('JobSucceeded', z.object({ jobId: idSchema('gen') })) */
export const publishedEvent = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    /** The recorded event's id: equal for every delivery of it. */
    id: z.string().min(1).max(64),
    type: z.literal(type),
    schemaVersion: z.literal(1),
    app: appId,
    user: userId,
    /** The aggregate's version after this event: later is larger, within one aggregate. */
    version: z.int().positive(),
    at: z.iso.datetime(),
    /** Shared by everything one request led to. */
    correlationId: z.string().max(128),
    /** What led to this event: another event's id, or the request's. */
    causationId: z.string().max(128),
    data,
  });

export type PublishedEvent<Type extends string = string, Data = unknown> = {
  id: string;
  type: Type;
  schemaVersion: 1;
  app: string;
  user: string;
  version: number;
  at: string;
  correlationId: string;
  causationId: string;
  data: Data;
};

/** What EventBridge hands to a target. */
export const busMessage = <Detail extends z.ZodType>(detail: Detail) =>
  z.object({ id: z.string(), source: z.string(), 'detail-type': z.string(), detail });
