import { afterAll, describe, expect, test } from '@jest/globals';
import { apiGatewaySockets } from './sockets.ts';
import { startConnectionsServer } from './testing/connections-server.ts';

const server = await startConnectionsServer();
const sockets = apiGatewaySockets(server.client);
const impatient = apiGatewaySockets(server.client, { timeoutMs: 50 });
afterAll(() => server.close());

test('SP14 a message is posted to its connection, and a connection is closed', async () => {
  server.answer(200);
  expect([await sockets.post('L0SM9=', 'hello'), await sockets.close('L0SM9=')]).toEqual(['done', 'done']);
  expect(server.requests).toEqual(['POST /v1/@connections/L0SM9= hello', 'DELETE /v1/@connections/L0SM9=']);
});

describe('SP14 a connection', () => {
  test('410: is gone, and not tried again', async () => {
    server.answer(410);
    expect([await sockets.post('a', 'x'), await sockets.close('a')]).toEqual(['gone', 'gone']);
    expect(server.requests).toHaveLength(2);
  });

  test.each([[429, 200] as const, [500, 200] as const])('%d: is tried again at once', async (...answers) => {
    server.answer(...answers);
    expect(await sockets.post('a', 'x')).toBe('done');
    expect(server.requests).toHaveLength(2);
  });

  test.each([429, 500, 503, 'nothing', 'reset'] as const)('%s for longer than is waited: is busy', async (answer) => {
    server.answer(answer);
    expect([await impatient.post('a', 'x'), await impatient.close('a')]).toEqual(['busy', 'busy']);
  });

  test.each([403, 413])('%d: is our own fault, and thrown', async (status) => {
    server.answer(status);
    await expect(sockets.post('a', 'x')).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });
});
