/** Bus events for tests: say what matters, the rest is filled in. */
import type { GenerationEvent } from '#services/generation/contracts.ts';
import { derivedUuid } from '#shared/ids.ts';
import type { Heard } from '../message-of.ts';

type DataOf<Type extends Heard['type']> = Extract<Heard, { type: Type }>['data'];

export const heardEvent = <Type extends Heard['type']>(
  type: Type,
  data: DataOf<Type>,
  { user = 'user-1', app = 'sparky', version = 1 } = {},
) =>
  ({
    id: derivedUuid(app, user, type, String(version), JSON.stringify(data)),
    type,
    schemaVersion: 1,
    app,
    user,
    version,
    at: '2026-11-21T10:00:00.000Z',
    correlationId: 'request-1',
    causationId: 'request-1',
    data,
  }) as Extract<Heard, { type: Type }>;

export const balance = (available: number, more: { user?: string; app?: string; version?: number } = {}) =>
  heardEvent('HoldSettled', { holdId: 'h', tool: 'photo-filter', spent: [], credits: 0, available }, more);

export const jobId = 'gen_0199c2d4-2222-8000-8000-000000000002';
const job = { jobId, tool: 'photo-filter', title: null, favourite: false };

/** A job's whole life, as its versions tell it: version 4 was no affair of others. */
export const jobLife = (user: string): GenerationEvent[] => {
  const at = (version: number) => ({ user, version });
  const outputs = [{ kind: 'image', contentType: 'image/png', bytes: 9 }];
  return [
    heardEvent('JobRequested', { ...job, quote: 4 }, at(1)),
    heardEvent('JobStarted', { ...job, attempt: 1, provider: 'sandbox', model: 's' }, at(2)),
    heardEvent('JobProgressed', { ...job, progress: 30 }, at(3)),
    heardEvent('JobProgressed', { ...job, progress: 60 }, at(5)),
    heardEvent('JobSucceeded', { ...job, cost: 3, outputs }, at(6)),
  ];
};
