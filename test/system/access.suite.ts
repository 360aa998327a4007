/** Who gets in and what they see, through the real gateway, authorizer and functions. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { definitions } from '#apps';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { routes as generationRoutes } from '#services/generation/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import { type Stack, tableName, type User } from './stack.ts';

let stack: Stack;
let user: User;
beforeAll(async () => {
  stack = await sharedStack();
  user = await stack.signUp();
}, 60_000);

const now = () => Math.floor(Date.now() / 1_000);
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const claims = () => ({
  iss: stack.auth.project('sparky').issuer,
  aud: 'authenticated',
  sub: user.id,
  exp: now() + 3_600,
  role: 'authenticated',
});

describe('BM4 PP18 a token that is not good is 401, with a reason', () => {
  const refused = async (token: string | undefined, type: string) => {
    const { status, body, headers } = await (token === undefined ? stack.anybody : stack.withToken(token)).get(
      '/v1/credits',
    );
    expect({ status, type: headers.get('content-type'), body }).toMatchObject({
      status: 401,
      type: 'application/problem+json',
      body: { type: 'urn:tessera:problem:unauthenticated', status: 401, detail: expect.stringContaining(type) },
    });
  };

  test('none', () => refused(undefined, 'Send the access token'));
  test('expired', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, exp: now() - 3_600 }), 'expired'));
  test('not valid yet', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, nbf: now() + 3_600 }), 'not valid yet'));
  test('made in the future', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, iat: now() + 3_600 }), 'not valid yet'));
  test('another issuer', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, iss: 'https://elsewhere.example' }), 'not issued'));
  test('another audience', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, aud: 'other' }), 'not issued'));
  test('alg none', () => refused(`${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims())}.`, 'not issued'));

  test('HS256 signed with the public key', async () => {
    const jwks = (await (await fetch(stack.auth.project('sparky').jwksUrl)).json()) as { keys: unknown[] };
    const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims())}`;
    for (const secret of [JSON.stringify(jwks), JSON.stringify(jwks.keys[0])])
      await refused(`${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`, 'not issued');
  });

  test('signed by a key of its own that it names in its header', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', jwk: jwk as never, kid: 'mine' })
      .sign(privateKey);
    await refused(token, 'not issued');
  });

  test('two at once, though both are good', () => refused(`${user.token}, Bearer ${user.token}`, 'does not hold'));
  test('of a session with steps left to take', async () =>
    refused(await stack.auth.issueToken('nano-banana', { sts: 'pending' }, { as: 'clerk' }), 'pending'));
  test('of a session for another origin', async () =>
    refused(
      await stack.auth.issueToken('nano-banana', { azp: 'https://evil.example' }, { as: 'clerk' }),
      'not issued',
    ));
  test('anonymous', async () =>
    refused(await stack.auth.issueToken('sparky', { sub: user.id, is_anonymous: true }), 'Anonymous'));
  test("the project's own API key", () => refused(stack.auth.project('sparky').anonKey, 'not issued'));

  const guarded = Object.values<Route>({ ...creditsRoutes, ...generationRoutes }).filter(
    ({ auth }) => auth !== 'public',
  );
  test.each(guarded.map(({ method, path }) => [method, path] as const))('%s %s needs one', async (method, path) => {
    const { status } = await stack.anybody.call(path.replace(/\{\w+\}/, 'gen_0199c2d4-0000-7000-8000-000000000000'), {
      method,
    });
    expect(status).toBe(401);
  });
});

describe('issuers that sign in more ways than one', () => {
  const me = (token: string) => stack.withToken(token).get<{ id: string }>('/v1/me');

  test('NB1 Clerk’s session tokens and Supabase’s are both good for one app, of two users', async () => {
    const clerkUser = { sub: 'user_2f9Zk0Qm3yTq8w' };
    const token = await stack.auth.issueToken('nano-banana', clerkUser, { as: 'clerk' });
    expect((await stack.withToken(token).get('/v1/assets')).status).toBe(200);
    const own = await stack.signUp('nano-banana');
    expect((await own.api.get('/v1/assets')).status).toBe(200);
  });

  test('one that moves from its secret to a key pair: both tokens are of the same user', async () => {
    const { id, token } = await stack.signUp('baby-music');
    const legacy = await stack.auth.issueToken('baby-music', { sub: id }, { as: 'legacy' });
    const seen = { status: 200, body: { id } };
    expect([await me(token), await me(legacy)]).toMatchObject([seen, seen]);
    const jwks = await (await fetch(stack.auth.project('baby-music').jwksUrl)).text();
    const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims(), iss: stack.auth.project('baby-music').issuer })}`;
    const forged = `${head}.${createHmac('sha256', jwks).update(head).digest('base64url')}`;
    expect((await me(forged)).status).toBe(401);
  });

  test('a token of one app is none of another, whoever signed it', async () => {
    const { issuer } = stack.auth.project('product-studio');
    expect((await me(await stack.auth.issueToken('sparky', { sub: user.id, iss: issuer }))).status).toBe(401);
  });
});

describe('a good token is half of it: the user’s record is asked at every request', () => {
  const users = () => tableName(stack.account, 'TesseraIdentity', 'Users');
  const authorizer = () => stack.account.functionName('services/identity/handlers/authorizer.ts');
  const callsFor = async (ask: () => Promise<{ status: number }>) => {
    stack.account.calls.clear();
    const { status } = await ask();
    const calls = stack.account.calls
      .of({ caller: authorizer() })
      .map(({ operation, readUnits, writeUnits }) => ({ operation, readUnits, writeUnits }));
    return { status, calls };
  };

  test('one call of one unit, with a record or without; none for a token that is not good', async () => {
    const { id, app, api } = await stack.signUp();
    const one = { operation: 'GetItem', readUnits: 1 };
    expect(await callsFor(() => api.get('/v1/assets'))).toMatchObject({ status: 200, calls: [one] });
    await stack.makeAdmin({ id, app });
    expect(await callsFor(() => api.get('/v1/assets'))).toMatchObject({ status: 200, calls: [one] });
    expect(await callsFor(() => stack.withToken('a.b.c').get('/v1/assets'))).toEqual({ status: 401, calls: [] });
    expect(await callsFor(() => stack.anybody.get('/v1/assets'))).toEqual({ status: 401, calls: [] });
  });

  test('of a deleted user it is refused from the next request on, and in no other app', async () => {
    const { id, api } = await stack.signUp();
    expect((await api.get('/v1/assets')).status).toBe(200);
    const tombstone = {
      owner: `sparky#${id}`,
      app: 'sparky',
      user: id,
      status: 'deleted',
      version: 2,
      deletion_pass: 1,
    };
    const at = new Date().toISOString();
    await stack.dynamoDb.send(
      new PutCommand({
        TableName: users(),
        Item: { ...tombstone, updated_at: at, deleted_at: at, correlation_id: 'test' },
      }),
    );
    expect(await api.get('/v1/assets')).toMatchObject({
      status: 401,
      body: { type: 'urn:tessera:problem:unauthenticated', detail: expect.stringContaining('deleted') },
    });
    const elsewhere = await stack.auth.issueToken('product-studio', { sub: id });
    expect((await stack.withToken(elsewhere).get('/v1/assets')).status).toBe(200);
  });

  test('when it cannot be read nobody gets in: 503 with Retry-After, and in again when it can', async () => {
    const { api } = await stack.signUp();
    stack.account.faults.onCall({ caller: authorizer(), operation: 'GetItem' }, 'throttle', { times: 20 });
    const { status, headers, body } = await api.get('/v1/assets');
    stack.account.faults.clear();
    expect({ status, retryAfter: headers.get('retry-after'), body }).toMatchObject({
      status: 503,
      retryAfter: '5',
      body: { type: 'urn:tessera:problem:unavailable', detail: expect.stringContaining('record') },
    });
    expect((await api.get('/v1/assets')).status).toBe(200);
  });
});

describe('I8 what belongs to another is not there', () => {
  let theirs: { asset: string; job: string };
  beforeAll(async () => {
    const owner = await stack.signUp();
    const { id } = await uploadAsset(owner.api, await makePhoto());
    await stack.account.drain();
    const { body } = await owner.api.generate({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [id] });
    await stack.account.drain();
    theirs = { asset: id, job: body.id };
    expect((await owner.api.get(`/v1/generations/${body.id}`)).body.status).toBe('completed');
  }, 60_000);

  const others = async () => [await stack.signUp(), await stack.signUp('product-studio')];

  test("another user's, and another app's, asset and job are 404 in every way to ask", async () => {
    for (const { api } of await others()) {
      const answers = [
        await api.get(`/v1/assets/${theirs.asset}`),
        await api.call(`/v1/assets/${theirs.asset}`, { method: 'DELETE' }),
        await api.get(`/v1/generations/${theirs.job}`),
        await api.get(`/v1/generations/${theirs.job}/events`),
        await api.post(`/v1/generations/${theirs.job}/cancel`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    }
  });

  test('their asset cannot be used as an input, and nothing is charged', async () => {
    const [other] = await others();
    const { status } =
      (await other?.api.generate({ tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [theirs.asset] })) ?? {};
    expect(status).toBe(404);
    expect((await other?.api.get('/v1/credits'))?.body).toMatchObject({ available: 10, held: 0 });
  });

  test('lists hold only what is the caller’s own', async () => {
    for (const { api } of await others()) {
      expect((await api.get('/v1/generations')).body).toEqual({ data: [], next_cursor: null });
      expect((await api.get('/v1/assets')).body).toEqual({ data: [], next_cursor: null });
    }
  });

  test('the same user id in two apps is two users', async () => {
    const token = await stack.auth.issueToken('product-studio', { sub: user.id });
    expect((await stack.withToken(token).get('/v1/credits')).body).toMatchObject({ available: 10, spent: 0 });
  });
});

describe('FS14 browsers and bad input', () => {
  const preflight = (origin: string) =>
    stack.anybody.call('/v1/me', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization, if-match',
      },
    });

  test.each(definitions.flatMap(({ origins }) => origins))('the app at %s may call', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*if-match/);
  });
  test('a page of anybody else may not', async () =>
    expect((await preflight('https://elsewhere.example')).headers.get('access-control-allow-origin')).toBeNull());
  test('whatever is wrong in a request is pointed at, all at once', async () => {
    const { status, headers, body } = await user.api.call('/v1/me', {
      method: 'PATCH',
      body: { zone: 'Mars/Olympus', credits: 9 },
    });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    const { errors } = body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(['/body/credits', '/body/zone']);
  });
});

describe('SP7 the catalog is public', () => {
  test('without a token, cached by its entity tag', async () => {
    const first = await stack.anybody.get<{ tools: { id: string }[] }>('/v1/apps/sparky/catalog');
    expect(first.status).toBe(200);
    expect(first.body.tools.map(({ id }) => id)).toContain('photo-filter');
    expect(JSON.stringify(first.body)).not.toMatch(/issuer|jwks|secret/);
    const again = await stack.anybody.call('/v1/apps/sparky/catalog', {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('an app that is not served is 404', async () => {
    expect((await stack.anybody.get('/v1/apps/nobody/catalog')).status).toBe(404);
  });
});
