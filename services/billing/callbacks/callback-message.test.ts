import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { type CallbackMessage, callbackMessage, sendCallback } from './callback-message.ts';
import type { Fact } from './facts.ts';
import { anInvoice, at, owner, paymentId } from './testing/world.ts';

const payment = { by: 'metadata', owner, paymentId } as const;
const byOrder = { by: 'reference', reference: 'order-77' } as const;
const sub = { subscription: 'sub_1', customer: 'cus_1' };
const line = { amountMinor: -5, proration: true, from: at, until: at };
const dispute = { payment: byOrder, dispute: 'dp_1', amountMinor: 1, reason: 'fraudulent' };
/** Every kind, with all that it may say and with as little as it must. */
const facts: readonly Fact[] = [
  { kind: 'captured', payment, reference: 'pi_1', amountMinor: 1, currency: 'EGP', alias: 'cs_1' },
  { kind: 'captured', payment: byOrder, reference: '901', amountMinor: 1, currency: 'EGP' },
  { kind: 'pending', payment, reference: 'pi_1', alias: 'cs_1' },
  { kind: 'failed', payment, reference: 'ch_1', reason: 'declined' },
  { kind: 'expired', payment, session: 'cs_1' },
  { kind: 'refunded', payment, refunded: { totalMinor: 5 }, reference: 'pi_1' },
  { kind: 'refunded', payment: byOrder, refunded: { refund: '902', amountMinor: 5 } },
  { kind: 'dispute-opened', ...dispute, reference: 'pi_1' },
  { kind: 'dispute-won', ...dispute },
  { kind: 'dispute-lost', ...dispute },
  { kind: 'subscription-touched', ...sub },
  {
    kind: 'invoice-paid',
    invoice: anInvoice({
      lines: [
        { ...line, plan: 'plus' },
        { ...line, plan: undefined },
      ],
      receiptUrl: 'https://pay.example/1',
    }),
  },
  { kind: 'invoice-named', invoice: 'in_1', customer: 'cus_1' },
  {
    kind: 'invoice-failed',
    invoice: 'in_1',
    ...sub,
    amountMinor: 1,
    currency: 'USD',
    nextAttemptAt: at,
    url: 'https://x.example/1',
  },
  { kind: 'invoice-failed', invoice: 'in_1', ...sub, amountMinor: 1, currency: 'USD' },
  { kind: 'trial-ending', ...sub, endsAt: at },
];
const message: CallbackMessage = {
  app: owner.app,
  id: 'stripe:evt_1',
  provider: 'stripe',
  facts,
  receivedAt: at,
  correlationId: 'request-1',
};

let server: FauxqsServer;
let sqs: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint: `http://127.0.0.1:${server.port}`, region: 'eu-west-1', credentials });
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

test('FS8 every kind of fact comes through the queue as it was', async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'callbacks' }));
  await sendCallback(sqs, QueueUrl)(message);
  const { Messages: [received] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(callbackMessage.parse(JSON.parse(received?.Body ?? ''))).toEqual(message);
});

test.each([
  ['without facts', { facts: [] }],
  ['of more facts than any callback tells', { facts: Array.from({ length: 21 }, () => facts[0]) }],
  ['of a kind that nobody knows', { facts: [{ kind: 'gift', payment }] }],
  ['of an amount that is no whole number', { facts: [{ ...facts[0], amountMinor: 0.5 }] }],
  ['of an app that cannot be', { app: 'Sparky#1' }],
])('a message %s is refused', (_, change) => {
  expect(callbackMessage.safeParse({ ...message, ...change }).success).toBe(false);
});
