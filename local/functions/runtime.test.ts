import { afterEach, expect, test } from '@jest/globals';
import type { FunctionModel } from '../contracts.ts';
import { fromSources } from './function-code.ts';
import type { FunctionLog } from './function-worker.ts';
import { createFunctionRuntime, type LocalFunctionRuntime, type RuntimeOptions } from './runtime.ts';

const open: LocalFunctionRuntime[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((runtime) => runtime.close()));
});

const fn = (exportName: string, overrides: Partial<FunctionModel> = {}): FunctionModel => ({
  name: exportName,
  arn: `arn:aws:lambda:eu-central-1:123456789012:function:${exportName}`,
  stack: 'Test',
  logicalId: exportName,
  entry: 'handlers.ts',
  exportName,
  timeoutMs: 5_000,
  memoryMb: 256,
  environment: {},
  roleArn: 'arn:aws:iam::123456789012:role/test',
  ...overrides,
});

function runtimeOf(functions: FunctionModel[], options: Partial<RuntimeOptions> = {}): LocalFunctionRuntime {
  const runtime = createFunctionRuntime({
    functions,
    code: fromSources(`${import.meta.dirname}/fixtures`),
    region: 'eu-central-1',
    endpointUrl: () => 'http://127.0.0.1:1',
    credentialsFor: (name) => ({ accessKeyId: `AK${name}`, secretAccessKey: 'secret' }),
    ...options,
  });
  open.push(runtime);
  return runtime;
}

const json = (result: { payload: Buffer }) => JSON.parse(result.payload.toString());

test('a function gets its event and answers its result as JSON', async () => {
  const runtime = runtimeOf([fn('echo')]);
  const result = await runtime.invoke('echo', { a: [1, null] });
  expect(result.functionError).toBeUndefined();
  expect(json(result)).toEqual({ event: { a: [1, null] } });
  expect(json(await runtime.invoke('echo', Buffer.from('{"raw":true}')))).toEqual({ event: { raw: true } });
});

test('a function sees its template variables and Lambda’s, nothing of this process', async () => {
  process.env.TESSERA_TEST_LEAK = 'leaked';
  const runtime = runtimeOf([fn('environment', { environment: { TABLE: 't1' } })]);
  const seen = json(await runtime.invoke('environment', {}));
  expect(seen).toMatchObject({
    TABLE: 't1',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKenvironment',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_LAMBDA_FUNCTION_NAME: 'environment',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  });
  expect(seen.TESSERA_TEST_LEAK).toBeUndefined();
  expect(seen.PATH).toBeUndefined();
  expect(seen._X_AMZN_TRACE_ID).toBeUndefined();
});

test('the context names the request and counts the time down', async () => {
  const seen = json(await runtimeOf([fn('context')]).invoke('context', {}));
  expect(seen).toMatchObject({ functionName: 'context', memoryLimitInMB: '256', functionVersion: '$LATEST' });
  expect(seen.invokedFunctionArn).toBe(fn('context').arn);
  expect(seen.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(seen.remainingMs).toBeGreaterThan(4_000);
  expect(seen.remainingMs).toBeLessThanOrEqual(5_000);
});

test('what a function throws becomes Lambda’s error payload, and its worker lives on', async () => {
  const runtime = runtimeOf([fn('fail')]);
  const result = await runtime.invoke('fail', {});
  expect(result.functionError).toBe('Unhandled');
  expect(json(result)).toMatchObject({
    errorType: 'RangeError',
    errorMessage: 'out of range',
    trace: expect.any(Array),
  });
  expect(runtime.workers).toBe(1);
});

test.each([
  ['exit', 'Runtime.ExitError', /exit status 3/],
  ['rejectLater', 'Error', /nobody waits/],
  ['large', 'Function.ResponseSizeTooLarge', /exceeded/],
])('%s fails the invocation as %s', async (name, errorType, message) => {
  const result = await runtimeOf([fn(name)]).invoke(name, {});
  expect(result.functionError).toBe('Unhandled');
  expect(json(result)).toMatchObject({ errorType, errorMessage: expect.stringMatching(message) });
});

test.each([
  [{ entry: 'broken.ts' }, 'TypeError'],
  [{ exportName: 'absent' }, 'Runtime.HandlerNotFound'],
])('a function that cannot be loaded fails: %j', async (overrides, errorType) => {
  const result = await runtimeOf([fn('echo', overrides)]).invoke('echo', {});
  expect(json(result).errorType).toBe(errorType);
});

test.each(['hang', 'spin'])('%s is ended at its time-out, and the next event gets a new worker', async (name) => {
  const runtime = runtimeOf([fn(name, { timeoutMs: 150 })]);
  for (let round = 0; round < 2; round += 1) {
    const result = await runtime.invoke(name, {});
    expect(result.functionError).toBe('Unhandled');
    expect(json(result).errorMessage).toMatch(/Task timed out after 0.15 seconds/);
  }
});

test('kill ends an invocation in the middle; the next one starts from nothing', async () => {
  const runtime = runtimeOf([fn('hang'), fn('count')]);
  expect(json(await runtime.invoke('count', {}))).toBe(1);
  expect(json(await runtime.invoke('count', {}))).toBe(2);
  runtime.kill('count');
  expect(json(await runtime.invoke('count', {}))).toBe(1);
  const hanging = runtime.invoke('hang', {});
  expect(runtime.running).toBe(1);
  runtime.kill('hang');
  expect(json(await hanging)).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/killed/),
  });
  expect(runtime.running).toBe(0);
});

test('concurrent events run in several workers up to the limit and wait beyond it', async () => {
  const runtime = runtimeOf([fn('slow')], { maxWorkersPerFunction: 2 });
  const runs = (await Promise.all([1, 2, 3, 4].map(() => runtime.invoke('slow', { ms: 100 })))).map(json);
  const overlap = (at: number) => runs.filter((run) => run.started <= at && at < run.ended).length;
  expect(Math.max(...runs.map((run) => overlap(run.started)))).toBe(2);
  expect(runtime.workers).toBe(2);
});

test('reserved concurrency of 1 runs one at a time; of 0 refuses', async () => {
  const runtime = runtimeOf([fn('slow', { reservedConcurrency: 1 }), fn('echo', { reservedConcurrency: 0 })]);
  const runs = (await Promise.all([1, 2].map(() => runtime.invoke('slow', { ms: 30 })))).map(json);
  expect(runs[1].started).toBeGreaterThanOrEqual(runs[0].ended);
  await expect(runtime.invoke('echo', {})).rejects.toThrow(/TooManyRequestsException/);
  await expect(runtime.invoke('nobody', {})).rejects.toThrow(/ResourceNotFoundException/);
});

test('what a function prints reaches the sink line by line', async () => {
  const logs: FunctionLog[] = [];
  let seen: () => void = () => {};
  const both = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const onLog = (log: FunctionLog) => {
    logs.push(log);
    if (logs.length === 2) seen();
  };
  await runtimeOf([fn('log')], { onLog }).invoke('log', {});
  await both;
  expect(logs.find(({ stream }) => stream === 'stdout')).toMatchObject({
    function: 'log',
    line: '{"level":"INFO","message":"hello"}',
  });
  expect(logs.find(({ stream }) => stream === 'stderr')?.line).toBe('a plain line');
});

test('a retired worker finishes its event and is replaced', async () => {
  const runtime = runtimeOf([fn('count'), fn('slow')]);
  expect(json(await runtime.invoke('count', {}))).toBe(1);
  const running = runtime.invoke('slow', { ms: 50 });
  runtime.retireAll();
  expect((await running).functionError).toBeUndefined();
  expect(json(await runtime.invoke('count', {}))).toBe(1);
});
