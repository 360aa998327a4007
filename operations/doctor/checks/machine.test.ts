import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { expectMendable } from '../testing/deployments.ts';
import { nodeCheck, packageCheck, portsCheck } from './machine.ts';

describe('this machine', () => {
  test('Node', async () => {
    expect(await nodeCheck('v24.21.0').look()).toMatchObject({ status: 'ok' });
    expectMendable(await nodeCheck('v22.9.0').look(), 'failed', /v22\.9\.0, and 24/);
  });

  test('a package of another platform', async () => {
    const load = () => import('sharp');
    expect(await packageCheck({ name: 'sharp', platform: 'here', load }).look()).toMatchObject({ status: 'ok' });
    const missing = packageCheck({ name: 'gone', platform: 'win32-x64', load: () => import(String('@img/gone')) });
    expectMendable(await missing.look(), 'failed', /win32-x64.*gone/);
  });

  test('ports: free, taken, or held by npm start', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expectMendable(
      await portsCheck({ ports: [port], running: false }).look(),
      'warning',
      new RegExp(`^${port} is taken`),
    );
    expect(await portsCheck({ ports: [port], running: true }).look()).toMatchObject({ status: 'skipped' });
    await new Promise((resolve) => server.close(resolve));
    expect(await portsCheck({ ports: [port], running: false }).look()).toMatchObject({ status: 'ok' });
  });
});
