/** Who paid, and takes their data along or leaves: what the export tells of it, and that nobody charges or knows them afterwards. */
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callbackLog } from '#services/billing/callbacks/callback-log.ts';
import { type Leavers, leaversOf } from '../leavers.ts';
import { sharedStack } from '../shared-stack.ts';
import { type Stack, tableName, type User } from '../stack.ts';
import { payOnPage, readPayments, readSubscription } from './subscriber.ts';

const app = 'sandbox-lab';

let stack: Stack;
let leavers: Leavers;
let s3: S3Client;
beforeAll(async () => {
  stack = await sharedStack();
  leavers = leaversOf(stack);
  s3 = new S3Client(stack.account.operatorConfig);
}, 60_000);
afterAll(() => {
  leavers.close();
  s3.destroy();
});

/** Types of what Stripe sent that names any of these, as far as its body is still there. */
const keptOf = async (marks: readonly string[]): Promise<string[]> => {
  const buckets = stack.account.model.ofType('AWS::S3::Bucket');
  const bucket = buckets.find(({ logicalId }) => logicalId.startsWith('CallbackBodies'))?.ref ?? '';
  const table = tableName(stack.account, 'TesseraBilling', 'Callbacks');
  const log = callbackLog(stack.dynamoDb, s3, { table, bucket });
  const sent = stack.payments.deliveries.all.filter(({ body }) => marks.some((mark) => body.includes(mark)));
  const kept = await Promise.all(
    sent.map(async ({ id, type }) => ((await log.readBody(app, `stripe:${id}`)) === undefined ? [] : [type])),
  );
  return kept.flat();
};

const exportOf = async ({ api }: User) => {
  expect((await api.get('/v1/me/export')).status).toBe(202);
  await stack.settle();
  const { body } = await api.get<{ url: string }>('/v1/me/export');
  return (await fetch(body.url)).text();
};

test('FS8 I8 a subscriber who leaves has it all in their export, is charged no more, and is named in no callback', async () => {
  const [user, neighbour] = [await stack.signUp(app), await stack.signUp(app)];
  for (const one of [user, neighbour]) await payOnPage(stack, one, { pack_id: 'pack-100' });
  await payOnPage(stack, user, { plan_id: 'plus' });
  await stack.settle();
  const stripe = stack.payments.stripe(app);
  const customerOf = ({ id }: User) => stripe.list('customer').find(({ metadata }) => metadata.tessera_user === id);
  const customer = customerOf(user)?.id ?? '';
  const [subscription] = stripe.list('subscription').filter((one) => one.customer === customer);
  expect(subscription?.status).toBe('active');

  const text = await exportOf(user);
  const shown = { subscription: await readSubscription(user), payments: await readPayments(user) };
  expect(JSON.parse(text).billing).toMatchObject({ ...shown, customer_id: customer });
  expect(shown.payments).toHaveLength(2);
  expect(text).not.toContain(neighbour.id);
  expect(text).not.toContain(customerOf(neighbour)?.id);
  // Of types that concern nobody here no body is kept.
  const kept = await keptOf([user.id, customer]);
  expect(kept).toContain('invoice.paid');
  expect(kept).not.toContain('charge.succeeded');

  expect((await user.api.call('/v1/me', { method: 'DELETE' })).status).toBe(204);
  await stack.settle();
  await leavers.secondPass(user);
  await stack.settle();
  const headers = { authorization: `Bearer ${stripe.secretKey}` };
  const removed = await fetch(`${stack.payments.url}/v1/customers/${customer}`, { headers });
  expect(await removed.json()).toMatchObject({ id: customer, deleted: true });
  expect(stripe.list('subscription').find(({ id }) => id === subscription?.id)).toMatchObject({ status: 'canceled' });
  expect(await keptOf([user.id, customer])).toEqual([]);
  expect(await keptOf([neighbour.id])).toContain('checkout.session.completed');
  expect(await leavers.accountOf(user)).toBe('closed');
  // The books stay, under the bare id.
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});
