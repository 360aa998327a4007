/** What holds for every provider that answers in one call, whatever goes wrong with that call: one suite for all of them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Finished, maxAnswerBytes, type Provider, ProviderError, type ProviderRequest } from '../provider.ts';
import { type ProviderServer, type Scripted, startProviderServer } from './provider-server.ts';

export const key = 'key-1234567890';

/** The smallest PNG. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const base64 = pixel.toString('base64');
export const picture = { contentType: 'image/png', bytes: pixel, url: 'https://uploads.example.com/1' };

export const requestFor = (
  output: ProviderRequest['tool']['output'],
  change: Partial<ProviderRequest> = {},
): ProviderRequest => ({
  jobId: 'gen_1',
  app: 'sparky',
  attempt: 1,
  tool: { id: 'tool', type: 'GENERATION', output },
  model: 'model-1',
  params: {},
  worded: {},
  instruction: 'A red kite.',
  inputs: [],
  callbackUrl: 'https://api.example.com/callbacks/1',
  signal: new AbortController().signal,
  ...change,
});

/** As test names say it: `finished`, `blocked`, `next-model, 7 s`. */
export const outcomeOf = async (answer: Promise<unknown>): Promise<string> => {
  try {
    await answer;
    return 'finished';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    expect([error.message, String(error.cause)].join()).not.toContain(key);
    expect(error.message).not.toContain('raw');
    const { kind, retryAfterSeconds } = error;
    return retryAfterSeconds === undefined ? kind : `${kind}, ${retryAfterSeconds} s`;
  }
};

export const textOf = ({ files: [file] }: Finished): string | undefined =>
  file && 'bytes' in file ? Buffer.from(file.bytes).toString('utf8') : undefined;

/** Who is tried, and how it words what all of them say. */
interface OneCall {
  readonly name: string;
  provider(baseUrl: string): Provider;
  error(status: number, message: string): object;
  picture(base64: string): object;
}

/** Good, but for one field that nobody reads and no memory should hold. */
const huge = (answer: object): Buffer =>
  Buffer.concat([
    Buffer.from(`${JSON.stringify(answer).slice(0, -1)},"more":"`),
    Buffer.alloc(maxAnswerBytes, 'A'),
    Buffer.from('"}'),
  ]);

const echo = `raw: the key ${key} is refused`;

const cases = ({ error, picture }: OneCall): [given: string, outcome: string, answer: Scripted][] => [
  ['401', 'fatal', { status: 401, body: error(401, echo) }],
  ['402', 'fatal', { status: 402, body: error(402, 'raw: no credits') }],
  ['403', 'fatal', { status: 403, body: error(403, 'raw: not allowed') }],
  ['404', 'next-model', { status: 404, body: error(404, 'raw: no such model') }],
  ['400', 'invalid', { status: 400, body: error(400, echo) }],
  ['429', 'next-model', { status: 429, body: error(429, 'raw: slowly') }],
  [
    '429 with Retry-After',
    'next-model, 7 s',
    { status: 429, headers: { 'retry-after': '7' }, body: error(429, 'raw') },
  ],
  ['500', 'next-model', { status: 500, body: error(500, 'raw: internal') }],
  ['503 with Retry-After', 'next-model, 30 s', { status: 503, headers: { 'retry-after': '30' }, body: error(503, '') }],
  ['a page in place of an error', 'next-model', { status: 502, body: '<html>raw: Bad Gateway</html>' }],
  ['401 with half a body', 'fatal', { status: 401, headers: { 'content-type': 'application/json' }, body: '{"err' }],
  ['an empty object', 'next-model', { body: {} }],
  ['null', 'next-model', { headers: { 'content-type': 'application/json' }, body: 'null' }],
  ['a text in place of an object', 'next-model', { headers: { 'content-type': 'application/json' }, body: '"raw"' }],
  ['nothing', 'next-model', { headers: { 'content-type': 'application/json' }, body: '' }],
  ['a page', 'next-model', { headers: { 'content-type': 'text/html' }, body: '<html>raw</html>' }],
  [
    'half a JSON',
    'next-model',
    {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(picture(base64)).slice(0, -9),
    },
  ],
  ['a huge body', 'next-model', { headers: { 'content-type': 'application/json' }, body: huge(picture(base64)) }],
  ['a picture that is none', 'next-model', { body: picture(Buffer.from('no picture').toString('base64')) }],
  ['a picture that is no base64', 'next-model', { body: picture(`${base64.slice(0, -8)}*?*?`) }],
  ['a dropped connection', 'transient', { manner: 'drop' }],
  ['a redirect', 'transient', { status: 307, headers: { location: '/elsewhere' } }],
  ['a slow answer', 'finished', { body: picture(base64), manner: 2 }],
];

/** Runs the suite. Every answer is one call: the queue repeats, and the SDK does not. */
export const describeOneCall = (one: OneCall): void => {
  let server: ProviderServer;
  beforeAll(async () => {
    server = await startProviderServer();
  });
  afterAll(() => server.close());

  test.each(cases(one))(`${one.name}: %s → %s`, async (_, outcome, answer) => {
    server.answer(answer);
    const before = server.received.length;
    expect(await outcomeOf(one.provider(server.url).start(requestFor('image')))).toBe(outcome);
    expect(server.received.length).toBe(before + 1);
  });

  const slow: Scripted = { body: one.picture(base64), manner: 20 };
  test.each<[given: string, answer: Scripted]>([
    ['time-out before an answer', { manner: 'never' }],
    ['time-out within an answer', slow],
  ])(`${one.name}: %s → transient`, async (_, answer) => {
    server.answer(answer);
    const signal = AbortSignal.timeout(50);
    expect(await outcomeOf(one.provider(server.url).start(requestFor('image', { signal })))).toBe('transient');
  });

  test(`${one.name}: a job that is over already → transient, and nothing is sent`, async () => {
    const before = server.received.length;
    const signal = AbortSignal.abort();
    expect(await outcomeOf(one.provider(server.url).start(requestFor('image', { signal })))).toBe('transient');
    expect(server.received.length).toBe(before);
  });

  test(`${one.name}: no server → transient`, async () => {
    expect(await outcomeOf(one.provider('http://127.0.0.1:9').start(requestFor('image')))).toBe('transient');
  });

  test.each(['audio', 'video'] as const)(`${one.name}: %s → invalid`, async (output) => {
    expect(await outcomeOf(one.provider(server.url).start(requestFor(output)))).toBe('invalid');
  });
};
