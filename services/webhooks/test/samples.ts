/** An endpoint, an event and a delivery for tests: say what matters, the rest is filled in. */
import { newId } from '#shared/ids.ts';
import { type Delivery, newDelivery } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { generationMessage, type JobEnded } from '../domain/message.ts';
import type { PaymentEvent } from '../domain/payment-message.ts';

export const at = '2026-11-20T10:00:00.000Z';
/** After `at`. */
export const later = (seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();

export const endpointOf = (more: Partial<Endpoint> = {}): Endpoint => ({
  app: 'sparky',
  id: newId('whk'),
  url: 'https://hooks.example/tessera',
  events: ['*'],
  active: true,
  secretVersion: 1,
  retired: [],
  createdAt: at,
  updatedAt: at,
  ...more,
});

const envelope = {
  id: '0199c2d4-0000-7000-8000-000000000001',
  schemaVersion: 1,
  app: 'sparky',
  user: 'user-1',
  version: 3,
  at,
  correlationId: 'request-1',
  causationId: 'request-1',
} as const;
const job = { jobId: 'gen_0199c2d4-0000-7000-8000-000000000002', tool: 'photo-filter' };

export const succeeded = (more: Partial<JobEnded> = {}): JobEnded =>
  ({
    ...envelope,
    type: 'JobSucceeded',
    data: { ...job, cost: 2, outputs: [{ kind: 'image', contentType: 'image/png', bytes: 1_234 }] },
    ...more,
  }) as JobEnded;
export const failed = (): JobEnded =>
  ({ ...envelope, type: 'JobFailed', data: { ...job, reason: 'blocked', message: 'It was refused.' } }) as JobEnded;
export const cancelled = (): JobEnded => ({ ...envelope, type: 'JobCancelled', data: job }) as JobEnded;

/** Of a pack of 100 credits. */
export const payment = {
  paymentId: 'pay_0199c2d4-0000-7000-8000-000000000003',
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-100',
  amountMinor: 1_000,
  currency: 'USD',
} as const;
type PaymentEventOf<Type extends PaymentEvent['type']> = Extract<PaymentEvent, { type: Type }>;
export const billed = <Type extends PaymentEvent['type']>(type: Type, data: PaymentEventOf<Type>['data']) =>
  ({ ...envelope, id: '0199c2d4-0000-7000-8000-000000000004', type, data }) as PaymentEventOf<Type>;
export const captured = () => billed('PaymentCaptured', { ...payment, credits: 100 });

export const deliveryOf = (
  { app, id }: Endpoint = endpointOf(),
  { event = succeeded(), ...more }: Partial<Delivery> & { readonly event?: JobEnded } = {},
): Delivery => ({
  ...newDelivery({ app, endpoint: id, event, message: generationMessage(event), now: event.at }),
  ...more,
});
