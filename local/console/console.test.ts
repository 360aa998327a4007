import { describe, expect, test } from '@jest/globals';
import { banner } from './banner.ts';
import { createLines, type Paint } from './lines.ts';

const plain: Paint = (_style, text) => text;
const lines = createLines(plain, (name) => name.replace(/-.*/, ''));
const at = new Date(2026, 0, 1, 12, 3, 58, 123).getTime();
const request = { api: 'a', method: 'POST', path: '/v1/generations', status: 202, durationMs: 45.4, requestId: 'r' };

test('a request is one line with method, path, status, time and function', () => {
  const text = lines.request({ ...request, function: 'Api-1A2B' }, at);
  expect(text).toMatch(/^12:03:58\.123 POST {4}\/v1\/generations +202 {4}45 ms {2}Api$/);
});

test('a request the gateway answered itself says why', () => {
  expect(lines.request({ ...request, status: 404, reason: 'no route' }, at)).toMatch(/404 .*\(no route\)$/);
});

test('an event is one line with source, type and how many rules took it', () => {
  const event = { id: 'e', source: 'tessera.generation', 'detail-type': 'JobSucceeded', detail: {} };
  expect(lines.event(event, ['a', 'b'], at)).toMatch(/event {3}tessera\.generation JobSucceeded +→ 2 rules$/);
  expect(lines.event(event, [], at)).toMatch(/→ no rule$/);
});

test('only failed invocations and warnings are lines, without control characters or line breaks', () => {
  expect(lines.invocation({ function: 'f', durationMs: 1 }, at)).toBeUndefined();
  expect(
    lines.invocation({ function: 'f', durationMs: 1, functionError: 'Unhandled', error: 'Error: a\n\u001b[31mb' }, at),
  ).toMatch(/error {3}f +Error: a b \(1 ms\)$/);
  const log = (line: string, stream: 'stdout' | 'stderr' = 'stdout') => lines.log({ at, function: 'f', stream, line });
  expect(log('{"level":"INFO","message":"fine"}')).toBeUndefined();
  expect(log('plain text')).toBeUndefined();
  expect(log('{"level":"ERROR","message":"no","error":{"name":"TypeError","message":"why"}}')).toMatch(
    /error {3}f +no: TypeError: why$/,
  );
  expect(log('{"level":"WARN","message":"hm"}')).toMatch(/warn {4}f +hm$/);
  expect(log('it broke', 'stderr')).toMatch(/it broke$/);
});

describe('what a log’s entry says beside its message', () => {
  const log = (entry: object) => lines.log({ at, function: 'f', stream: 'stdout', line: JSON.stringify(entry) });
  const standard = {
    level: 'ERROR',
    timestamp: '2026-01-01T12:03:58.123Z',
    service: 'billing',
    cold_start: true,
    function_name: 'f',
    function_request_id: 'r',
    sampling_rate: '0',
    xray_trace_id: '1-2',
  };

  test('follows it on the same line, each by its name; what every entry has does not', () => {
    const about = { app: 'flirt-studio', callback: 'stripe:evt_1', outcome: 'unmatched', why: 'plan-unknown' };
    expect(log({ ...standard, requestId: 'r', message: 'callback for people to look at', ...about })).toMatch(
      /f +callback for people to look at app=flirt-studio callback=stripe:evt_1 outcome=unmatched why=plan-unknown requestId=r$/,
    );
  });

  test('is told whatever it is: an error by its message, words in quotes, lists and numbers; nothing of what is not there', () => {
    const cause = { name: 'Error', location: 'file:1', message: 'HTTP 503', stack: 'Error: HTTP 503\n at …' };
    const entry = {
      ...standard,
      message: 'refused',
      error: cause,
      failure: 'card declined',
      tries: 2,
      ids: ['a', 'b'],
    };
    expect(log({ ...entry, second: cause, user: null })).toMatch(
      /refused: Error: HTTP 503 failure="card declined" tries=2 ids=\["a","b"\] second=Error: HTTP 503$/,
    );
  });

  test('has an end, and cannot move the cursor or span lines', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field${index}`, 'x'.repeat(500)]));
    const text = log({ ...standard, message: 'm'.repeat(1_000), ...many }) ?? '';
    expect(text.length).toBeLessThan(2_000);
    expect(text).toMatch(/field11=x{100}… …$/);
    expect(log({ ...standard, message: 'hm', why: 'a\n\u001b[31mb', 'k\ney': 1 })).toMatch(/hm why="a b" k ey=1$/);
  });
});

test('the banner names the addresses, the user and the next command', () => {
  const facts = {
    readyMs: 2_340,
    apiUrl: 'http://127.0.0.1:4000',
    socketUrl: 'ws://127.0.0.1:4003/v1',
    signIn: { sparky: 'http://127.0.0.1:4001/sparky' },
    payments: { url: 'http://127.0.0.1:4002', real: ['stripe'] },
    anonKeyFile: '.local/anon-key',
    appsFile: '.local/apps.json',
    tokenFile: '.local/token',
    adminKeyFile: '.local/admin-key',
    dataDir: '.local',
  };
  const text = banner(plain, { ...facts, testUser: { app: 'sparky', email: 'me@example.com', password: 'secret' } });
  for (const part of [
    '2.3 s',
    facts.apiUrl,
    facts.signIn.sparky,
    'http://127.0.0.1:4002  (stripe for real',
    'me@example.com / secret',
    'ws://127.0.0.1:4003/v1\n',
    "url: 'ws://127.0.0.1:4003/v1', token: () => fs.readFileSync('.local/token', 'utf8')",
    'cat .local/token',
    'cat .local/admin-key',
    '.local, kept',
  ])
    expect(text).toContain(part);
  expect(banner(plain, { ...facts, testUser: undefined })).toContain('/v1/apps/sparky/catalog');
});
