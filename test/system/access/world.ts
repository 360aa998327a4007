/** The people and things that the access matrix speaks of: one user with one of everything, and all the others who must not see it. */
import { mintAdminKey, mintOperatorKey } from '#services/identity/admin-keys/admin-key.ts';
import { type ApiClient, apiClient, uploadAsset } from '../client.ts';
import { makePhoto } from '../photo.ts';
import { type App, type Stack, startStack, type User } from '../stack.ts';
import type { Caller } from './row.ts';

/** The app that the rows are about, and another one beside it. */
const app: App = 'sandbox-lab';
const otherApp: App = 'sparky';

export interface World {
  readonly stack: Stack;
  readonly operatorKey: string;
  readonly user: User;
  readonly asset: string;
  readonly job: string;
  readonly prompt: string;
  readonly reply: string;
  /** Of the app, and a ping to it. */
  readonly webhook: string;
  readonly delivery: string;
  /** Of the user's job, and one of an admin to nobody. */
  readonly notification: string;
  readonly broadcast: string;
  /** Of a pack, paid at Stripe, and what Stripe told of it. */
  readonly payment: string;
  readonly callback: string;
  /** A queue that a function reads. */
  readonly workQueue: string;
  /** What no answer to anybody else on a user's route may hold. */
  readonly secrets: readonly string[];
  /** Of the same app, with a record and an account. */
  newUser(): Promise<User>;
  /** Another one of `user`'s. */
  newAsset(): Promise<string>;
  newPrompt(): Promise<string>;
  /** One that is over. */
  newJob(): Promise<string>;
  newReply(): Promise<string>;
  newWebhook(): Promise<string>;
  /** A client that calls as this one; `fresh`: as one who never called before. */
  as(caller: Caller, options?: { fresh?: boolean }): Promise<Pick<ApiClient, 'call'>>;
  close(): Promise<void>;
}

const withKey = (baseUrl: string, key: string): Pick<ApiClient, 'call'> => {
  const client = apiClient(baseUrl);
  return {
    call: (path, options = {}) =>
      client.call(path, { ...options, headers: { ...options.headers, 'x-admin-key': key } }),
  };
};

/** Of the user's own prompt. */
const secretText = 'a lighthouse that nobody else knows of';

const buyPack = async (stack: Stack, { api }: User, admin: Pick<ApiClient, 'call'>) => {
  const { body: page } = await api.post('/v1/checkout', { pack_id: 'pack-100' });
  stack.payments.stripe(app).paySession(String(page.session_id), 'pay');
  await stack.settle();
  const payment = String(page.payment_id);
  const { body } = await admin.call<{ data: { id: string }[] }>(`/v1/admin/payments/${payment}/callbacks`);
  return { payment, callback: String(body.data[0]?.id) };
};

export const startWorld = async (): Promise<World> => {
  const key = mintAdminKey(app);
  const otherKey = mintAdminKey(otherApp);
  const operatorKey = mintOperatorKey();
  const hashes = { [app]: [key.hash], [otherApp]: [otherKey.hash], '*': [operatorKey.hash] };
  const stack = await startStack({ secrets: { 'tessera/admin-keys': JSON.stringify(hashes) } });
  const baseUrl = stack.account.httpUrl();
  const newUser = async (of: App = app): Promise<User> => {
    const someone = await stack.signUp(of);
    await someone.api.get('/v1/me');
    await someone.api.get('/v1/credits');
    return someone;
  };
  const newAdmin = async (of: App, opener: string): Promise<User> => {
    const someone = await newUser(of);
    const path = `/v1/admin/users/${someone.id}/roles`;
    const { status } = await withKey(baseUrl, opener).call(path, { method: 'PUT', body: { roles: ['admin'] } });
    if (status !== 200) throw new Error(`the role was not given: ${status}`);
    return someone;
  };
  const make = async (caller: Caller): Promise<Pick<ApiClient, 'call'>> => {
    switch (caller) {
      case 'anonymous':
        return stack.anybody;
      case 'key':
        return withKey(baseUrl, key.key);
      case 'operator':
        return withKey(baseUrl, operatorKey.key);
      case 'admin':
        return (await newAdmin(app, key.key)).api;
      case "other app's admin":
        return (await newAdmin(otherApp, otherKey.key)).api;
      case "other app's user":
        return (await newUser(otherApp)).api;
      case 'other user':
      case 'user':
        return (await newUser()).api;
    }
  };

  const user = await newUser();
  const idOf = ({ body }: { body: Record<string, unknown> }): string => String(body.id);
  const newAsset = async () => (await uploadAsset(user.api, await makePhoto({ width: 64, height: 48 }))).id;
  const newPrompt = async () => idOf(await user.api.post('/v1/prompts', { text: 'a cat' }));
  const newWebhook = async () => {
    // It may not be reached, and hears of nothing that the rows do.
    const body = { url: 'https://localhost/', events: ['generation.cancelled'] };
    return idOf(await withKey(baseUrl, key.key).call('/v1/admin/webhooks', { method: 'POST', body }));
  };
  const newReply = async () => idOf(await user.api.post('/v1/saved-replies', { text: secretText }));
  const asset = await newAsset();
  await stack.account.drain();
  const newJob = async () => {
    const id = idOf(await user.api.generate({ tool: 'fallback', inputs: [asset] }));
    await stack.account.drain();
    return id;
  };
  const job = await newJob();
  const reply = await newReply();
  const prompt = idOf(await user.api.post('/v1/prompts', { text: secretText }));
  const webhook = await newWebhook();
  const ping = await withKey(baseUrl, key.key).call(`/v1/admin/webhooks/${webhook}/test`, { method: 'POST' });
  const delivery = idOf(ping);
  const sent = await withKey(baseUrl, key.key).call('/v1/admin/broadcasts', {
    method: 'POST',
    headers: { 'idempotency-key': 'world' },
    body: {
      type: 'general',
      title_key: 'notifications.credits_given.title',
      message_key: 'notifications.credits_given.message',
      params: { credits: 5, available: 5 },
      audience: { to: 'users', users: ['nobody'] },
    },
  });
  const broadcast = idOf(sent);
  await stack.account.drain();
  const inbox = await user.api.get<{ data: { id: string }[] }>('/v1/notifications');
  const notification = String(inbox.body.data[0]?.id);
  const { payment, callback } = await buyPack(stack, user, withKey(baseUrl, key.key));

  const known = new Map<Caller, Promise<Pick<ApiClient, 'call'>>>([['user', Promise.resolve(user.api)]]);
  return {
    stack,
    operatorKey: operatorKey.key,
    user,
    asset,
    job,
    prompt,
    reply,
    webhook,
    delivery,
    notification,
    broadcast,
    payment,
    callback,
    workQueue: stack.account.queue('TesseraPlatform.AuditQueue').name,
    secrets: [user.id, asset, job, notification, prompt, reply, secretText, payment, callback],
    newUser: () => newUser(),
    newAsset,
    newPrompt,
    newJob,
    newReply,
    newWebhook,
    as: (caller, { fresh = false } = {}) => {
      if (fresh) return make(caller);
      const client = known.get(caller) ?? make(caller);
      known.set(caller, client);
      return client;
    },
    close: () => stack.close(),
  };
};
