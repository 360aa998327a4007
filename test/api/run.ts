/**
 * `npm run test:api -- [examples]`: schemathesis asks a running local stack for whatever the OpenAPI document allows and forbids, as a user, an
 * admin and an operator. A 5xx, a status or a body that the document does not tell of, or a forbidden request that was taken, is a fault.
 * Exit code 0: none; 1: some, or it cannot run here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startWorld, type World } from '../system/access/world.ts';
import type { User } from '../system/stack.ts';

const document = join(import.meta.dirname, '../../docs/api/openapi.json');
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
  'ignored_auth',
];
/** Who does these is gone, and all that follows would be a 401. */
const ends = ['deleteMe', 'deleteUser', 'closeAccount'] as const;

const findSchemathesis = (): string => {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'schemathesis'))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('schemathesis is not on the PATH. By hand: pipx install schemathesis');
  return found;
};

/** Things that are there, so that more than 404 is seen. */
const known = ({ user, asset, job, prompt, reply, webhook, notification, broadcast, payment, callback }: World) =>
  Object.entries({
    '^/v1/assets/': { id: asset },
    '^/v1/(admin/)?generations/': { id: job },
    '^/v1/prompts/': { id: prompt },
    '^/v1/saved-replies/': { id: reply },
    '^/v1/admin/webhooks/': { id: webhook },
    '^/v1/notifications/': { id: notification },
    '^/v1/admin/broadcasts/': { id: broadcast },
    '^/v1/(admin/)?payments/': { id: payment },
    '^/v1/admin/callbacks/': { id: callback },
    '^/v1/admin/(accounts|users)/': { user: user.id },
    '^/v1/apps/[^/]+$': { app: user.app },
    '^/v1/apps/': { app: user.app },
  });

const configOf = (world: World): string =>
  known(world)
    .map(([path, parameters]) => {
      const given = Object.entries(parameters).map(([name, value]) => `"path.${name}" = ${JSON.stringify(value)}`);
      return `[[operations]]\ninclude-path-regex = ${JSON.stringify(path)}\nparameters = { ${given.join(', ')} }\n`;
    })
    .join('\n');

const rounds = (world: World, admin: User) => [
  { who: 'a user', header: `Authorization: Bearer ${world.user.token}`, paths: '^/(?!v1/(admin|operator)/)' },
  { who: 'an admin', header: `Authorization: Bearer ${admin.token}`, paths: '^/v1/admin/' },
  { who: 'an operator', header: `X-Admin-Key: ${world.operatorKey}`, paths: '^/v1/operator/' },
];

const run = async (examples: number): Promise<number> => {
  const schemathesis = findSchemathesis();
  const folder = await mkdtemp(join(tmpdir(), 'tessera-api-'));
  const world = await startWorld();
  let faults = 0;
  try {
    const admin = await world.newUser();
    await world.stack.makeAdmin(admin);
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, configOf(world));
    for (const { who, header, paths } of rounds(world, admin)) {
      console.log(`\nAs ${who}`);
      const words = [
        '--config-file',
        config,
        'run',
        document,
        '--url',
        world.stack.account.httpUrl(),
        '--header',
        header,
      ];
      words.push('--include-path-regex', paths, '--checks', checks.join(','), '--max-examples', String(examples));
      words.push(
        '--phases',
        'examples,coverage,fuzzing',
        '--generation-database',
        'none',
        '--seed',
        '1',
        '--continue-on-failure',
      );
      words.push('--request-timeout', '30', '--no-color', '--warnings', 'off');
      for (const operation of ends) words.push('--exclude-operation-id', operation);
      const child = spawn(schemathesis, words, { cwd: folder, stdio: 'inherit' });
      const [code] = (await once(child, 'exit')) as [number | null];
      faults += code === 0 ? 0 : 1;
    }
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
  return faults === 0 ? 0 : 1;
};

const examples = Number(process.argv[2] ?? 20);
if (!Number.isSafeInteger(examples) || examples < 1 || examples > 1_000) {
  console.error('npm run test:api -- [examples]: examples of each operation, 1 to 1000');
  process.exitCode = 1;
} else {
  try {
    process.exitCode = await run(examples);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
