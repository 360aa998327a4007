import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { billingSetup } from '#services/billing/providers/setup.ts';
import { parseForm } from './form.ts';
import { paymobMoney, stripeMoney } from './money.ts';
import { app, type PaymentsWorld, packPage, startWorld, stripeFor, subscribe } from './testing/world.ts';

let world: PaymentsWorld;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-payments-'));
  world = await startWorld({ file: join(folder, 'payments.json') });
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const look = async (path: string) => (await fetch(new URL(path, world.payments.url))).text();
const press = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const body = new URLSearchParams(fields);
  const response = await fetch(new URL(path, world.payments.url), {
    method: 'POST',
    body,
    headers,
    redirect: 'manual',
  });
  return [response.status, response.headers.get('location')];
};

test('a buyer pays on the page and goes to the address with the session’s id', async () => {
  const { id, url } = await packPage(world);
  const page = await look(url ?? '');
  expect(page).toContain('EGP 100.00');
  expect(page).toContain('https://app.example/plans');
  expect(await press(url ?? '', { how: 'decline' })).toEqual([303, url]);
  expect(await look(url ?? '')).toContain('Your card was declined.');
  const [, bank] = await press(url ?? '', { how: 'authenticate' });
  expect(await look(String(bank))).toContain('Is it you who pays?');
  expect(await press(String(bank), { how: 'pay' })).toEqual([303, `https://app.example/done?session_id=${id}`]);
  expect(await look(url ?? '')).toContain('paid already');
});

test('what others wrote is escaped, and a button works on its own pages only', async () => {
  const product = 'tessera_x';
  await world.stripe.products.create({ id: product, name: '<script>alert(1)</script>' });
  const { url } = await packPage(world, {
    line_items: [{ price_data: { currency: 'usd', unit_amount: 100, product }, quantity: 1 }],
    cancel_url: 'javascript:alert(1)',
  });
  const page = await look(url ?? '');
  expect(page).not.toContain('<script>');
  expect(page).not.toContain('javascript:');
  expect(page).toContain('&lt;script&gt;');
  const [status] = await press(url ?? '', { how: 'pay' }, { origin: 'https://evil.example' });
  expect(status).toBe(403);
});

test('the account’s page refunds, disputes and lets time go by', async () => {
  const { id } = await packPage(world);
  world.payments.stripe(app).paySession(id, 'pay');
  const { subscription, customer } = await subscribe(world);
  const account = `/apps/${app}`;
  expect(await look(account)).toContain('Refund half');
  const charge = world.payments.stripe(app).list('charge').at(-1)?.id ?? '';
  expect(await press(account, { act: 'refund-half', id: charge })).toEqual([303, account]);
  expect(await look(account)).toContain('EGP 50.00 refunded');
  await press(account, { act: 'advance', id: subscription, how: 'decline' });
  expect(await look(account)).toContain('Pay what is due');
  const [, failed] = await press(account, { act: 'win', id: 'du_none' });
  expect(await look(String(failed))).toContain('No such dispute');
  const portal = await world.stripe.billingPortal.sessions.create({ customer, return_url: 'https://app.example' });
  await press(portal.url, { act: 'cancel', id: subscription });
  expect(await look(portal.url)).toContain('Resume');
  expect(await look('/')).toContain('Stripe payments: 2 · subscriptions: 1');
});

test('PP8 a card that was kept behaves as it is told to, with a subscription or without', async () => {
  const { id } = await packPage(world, { payment_intent_data: { setup_future_usage: 'off_session' } });
  const { customer } = world.payments.stripe(app).paySession(id, 'pay');
  const account = `/apps/${app}`;
  const kept = await look(account);
  expect(kept).toMatch(/Kept cards.*me@example\.com<small>Visa ···· 4242 · cus_/s);
  expect(kept).not.toContain('Pays from now on');
  await press(account, { act: 'card', id: String(customer), mood: 'declines' });
  expect(await look(account)).toMatch(/declines<\/span>.*Pays from now on.*Asks the bank from now on/s);
  const [card] = world.payments.stripe(app).list('payment_method');
  const charge = { amount: 100, currency: 'usd', customer: String(customer), payment_method: card?.id ?? '' };
  const offSession = world.stripe.paymentIntents.create({ ...charge, confirm: true, off_session: true });
  await expect(offSession).rejects.toThrow('Your card was declined.');
});

test('every row names its buyer, by e-mail address or by the customer’s id', async () => {
  const { id } = await packPage(world);
  world.payments.stripe(app).paySession(id, 'pay');
  await packPage(world);
  const { subscription } = await subscribe(world);
  const { id: nameless } = await world.stripe.customers.create();
  await world.stripe.paymentIntents.create({ amount: 199, currency: 'usd', customer: nameless });
  const page = await look(`/apps/${app}`);
  const rows = page.split('<div class="row">').filter((row) => /cs_test_|pi_|sub_/.test(row));
  expect(rows).toHaveLength(5);
  expect(rows.filter((row) => row.includes('me@example.com · '))).toHaveLength(4);
  expect(page).toContain(`${nameless} · `);
  expect(page).toContain(subscription);
});

test('the last fifty webhooks can be sent again', async () => {
  const account = `/apps/${app}`;
  await Promise.all(Array.from({ length: 13 }, () => packPage(world)));
  for (const { id } of world.payments.stripe(app).list('checkout.session'))
    world.payments.stripe(app).paySession(id, 'pay');
  await world.payments.drain();
  const page = await look(account);
  expect(page).toMatch(/Webhooks, the newest first \(50 of \d+\)/);
  expect(page.split('Send again')).toHaveLength(51);
  const before = world.receiver.received.length;
  const [oldest] = [...page.matchAll(/name="id" value="(evt_\w+)"/g)].slice(-1);
  await press(account, { act: 'redeliver', id: oldest?.[1] ?? '' });
  await world.payments.drain();
  expect(world.receiver.received).toHaveLength(before + 1);
});

test('accounts are kept in their file, and their secrets are what an app’s setup takes', async () => {
  const { id } = await packPage(world);
  const before = world.payments.secretsFor(app);
  expect(billingSetup.parse(JSON.parse(before))).toMatchObject({ stripe: { base_url: world.payments.url } });
  const again = await startWorld({ file: join(folder, 'payments.json') });
  expect(again.payments.stripe(app).secretKey).toBe(world.payments.stripe(app).secretKey);
  expect(await stripeFor(again.payments).checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' });
  await again.close();
});

test('NB7 amounts are shown as their currency is counted', () => {
  expect(stripeMoney(10_050, 'egp')).toBe('EGP 100.50');
  expect(stripeMoney(500, 'jpy')).toBe('JPY 500');
  expect(stripeMoney(1_230, 'kwd')).toBe('KWD 1.230');
  expect(stripeMoney(999, 'usd')).toBe('USD 9.99');
  expect(paymobMoney(10_050, 'EGP')).toBe('EGP 100.50');
  expect(paymobMoney(5_250, 'OMR')).toBe('OMR 5.250');
});

test('forms nest, and cannot reach into every object', () => {
  expect(parseForm('a[b][0][c]=1&a[b][1][c]=2&expand[]=x&expand[]=y&z=')).toEqual({
    a: { b: [{ c: '1' }, { c: '2' }] },
    expand: ['x', 'y'],
    z: '',
  });
  expect(() => parseForm('__proto__[polluted]=1')).toThrow('Invalid parameter name');
  expect(() => parseForm('a=1&a[b]=2')).toThrow('both a value and an object');
});
