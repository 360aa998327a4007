/** What the command looks at, prints and answers. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { type Check, type Finding, runChecks } from './check.ts';
import { nodeCheck } from './checks/machine.ts';
import { type Machine, runDoctor } from './run.ts';
import { deploymentOf } from './testing/deployments.ts';
import { closeServers, serve } from './testing/servers.ts';

afterEach(closeServers);

describe('npm run doctor', () => {
  const run = async (args: readonly string[], more: Partial<Machine> = {}) => {
    const told: string[] = [];
    const print = (text: string) => void told.push(text);
    const machine: Machine = {
      nodeVersion: 'v24.0.0',
      packages: [],
      ports: [],
      cdkJson: join(tmpdir(), 'none.json'),
      find: async () => undefined,
      ...more,
    };
    const code = await runDoctor(args, { print, complain: print }, machine);
    return { code, text: told.join('\n') };
  };

  test('works where nothing is deployed, and says what it left out', async () => {
    const { code, text } = await run([]);
    expect(code).toBe(0);
    expect(text).toMatch(/skipped {2}the deployment: no account runs here: npm start/);
    expect(text).toMatch(/3 checks: 2 ok, 0 warnings, 0 failed, 1 skipped/);
    expect((await run(['--local'])).text).not.toContain('deployment');
  });

  test('ends by 1 when something failed, with what mends it below', async () => {
    const { code, text } = await run([], { nodeVersion: 'v20.0.0' });
    expect(code).toBe(1);
    expect(text).toMatch(/FAILED {3}Node: v20\.0\.0.*\n.*→ Node 24 comes.*\n {13}npm ci/);
  });

  test('without credentials that count, one finding and not thirty', async () => {
    const deployment = await deploymentOf({ refuses: true });
    const { code, text } = await run(['--prefix', 'Tessera', '--json'], { find: async () => deployment });
    expect(code).toBe(1);
    expect(
      JSON.parse(text)
        .map(({ name, status }: Finding & { name: string }) => `${name}: ${status}`)
        .slice(-2),
    ).toEqual(['AWS credentials: failed', 'the deployment: skipped']);
  });

  test('looks at every app, or at those that are named', async () => {
    const secrets = { 'tessera/admin-keys': '{}', 'tessera/auth-hooks': '{}' };
    const api = await serve(() => ({ body: '{}' }));
    const look = async (...args: readonly string[]) => {
      const deployment = await deploymentOf({ secrets });
      const { text } = await run(['--prefix', 'Tessera', '--json', '--api', `${api}/`, ...args], {
        find: async () => deployment,
      });
      return (JSON.parse(text) as (Finding & { name: string })[]).map(({ name }) => name);
    };
    const all = await look();
    for (const { id } of definitions.filter(({ internal }) => !internal)) expect(all).toContain(`API for ${id}`);
    const one = await look('--app', 'sparky');
    expect(one.filter((name) => name.startsWith('API'))).toEqual(['API for sparky']);
    expect(one).toContain('secret tessera/billing/sparky');
    expect(one).toContain('callbacks of Paymob of sparky');
  });

  test.each([
    [['--app', 'acme'], /there is no app "acme": /],
    [['--local', '--prefix', 'Tessera'], /--local or --prefix/],
    [['--api', 'nowhere'], /--api takes an address/],
    [['everything'], /takes no "everything"/],
    [['--quick'], /--quick/],
  ])('%j is refused by 2', async (args, message) => {
    expect(await run(args)).toEqual({ code: 2, text: expect.stringMatching(message) });
  });

  test('a check that throws has failed, and the next one is made', async () => {
    const broken: Check = { name: 'broken', look: async () => Promise.reject(new TypeError('no')) };
    const found = await runChecks([broken, nodeCheck('v24.0.0')], () => undefined);
    expect(found.map(({ status }) => status)).toEqual(['failed', 'ok']);
  });
});
