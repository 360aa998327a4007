import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { violations } from './architecture.ts';

const root = join(import.meta.dirname, '..');

test('the repository keeps the rules', () => {
  const paths = globSync('{apps,infra,sdk,services,shared}/**/*.ts', { cwd: root });
  expect(paths.length).toBeGreaterThan(30);
  expect(violations(paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })))).toEqual([]);
});

const domain = 'services/credits/domain/account.ts';
const handler = 'services/credits/handlers/api.ts';

describe('allowed', () => {
  test.each([
    [domain, `import * as z from 'zod';`],
    [domain, `import type { Decider } from '#shared/eventsourcing/decider.ts';`],
    [domain, `import {\n  grant,\n  hold,\n} from './grants.ts';`],
    [domain, `import { jobEnded } from '#services/generation/contracts.ts';`],
    [domain, `import { holdRequest } from '../contracts.ts';`],
    [domain, `const day = new Date(command.at);`],
    [domain, `// never Date.now() here`],
    ['services/credits/domain/account.test.ts', `import fc from 'fast-check';\nDate.now();`],
    [handler, `import { jobEnded } from '#services/generation/contracts.ts';\nimport { definitions } from '#apps';`],
    [handler, `/** As in import { x } from '#local/x.ts' and process.env */`],
    ['services/credits/composition.ts', 'process.env.TABLE'],
    ['infra/config.ts', 'process.env.REGION'],
    ['local/cli.ts', `import { x } from '#services/credits/domain/account.ts';\nprocess.env.PORT`],
    ['test/demo/demo.ts', `import { x } from '#local/account.ts';`],
    ['shared/http/page.test.ts', `import { apiEvent } from '../testing/api-event.ts';`],
  ])('%s: %s', (path, text) => {
    expect(violations([{ path, text }])).toEqual([]);
  });
});

describe('refused', () => {
  const pure = 'a domain imports only zod, its own folder, contracts and the pure parts of shared';
  const contracts = 'of another service, only its contracts.ts and client.ts may be imported';
  const production = 'production code knows nothing of local runs and tests';
  const environment = "only a service's composition.ts reads the environment";
  const outside = 'time and chance come into a domain from outside';

  test.each([
    [domain, `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`, `${pure} (@aws-sdk/client-dynamodb)`],
    [domain, `import { readFileSync } from 'node:fs';`, `${pure} (node:fs)`],
    [domain, `import { routes } from '../routes.ts';`, `${pure} (services/credits/routes.ts)`],
    [domain, `export { s3 } from '#shared/aws/s3.ts';`, `${pure} (shared/aws/s3.ts)`],
    [domain, `import '../../../shared/aws/s3.ts';`, `${pure} (shared/aws/s3.ts)`],
    [domain, `const at = Date.now();`, outside],
    [domain, `const at = new Date().toISOString();`, outside],
    [
      handler,
      `import { job } from '#services/generation/domain/job.ts';`,
      `${contracts} (services/generation/domain/job.ts)`,
    ],
    [
      handler,
      `import { job } from '../../generation/domain/job.ts';`,
      `${contracts} (services/generation/domain/job.ts)`,
    ],
    [
      handler,
      `const { job } = await import('#services/generation/routes.ts');`,
      `${contracts} (services/generation/routes.ts)`,
    ],
    [handler, `import { drain } from '#local/account.ts';`, `${production} (local/account.ts)`],
    [
      handler,
      `import { apiEvent } from '#shared/testing/api-event.ts';`,
      `${production} (shared/testing/api-event.ts)`,
    ],
    ['infra/app.ts', `import { drain } from '../local/account.ts';`, `${production} (local/account.ts)`],
    ['shared/http/page.ts', `import { definitions } from '#apps';`, 'shared stands below the services (apps/index.ts)'],
    [handler, `const table = process.env.TABLE;`, environment],
    [handler, `const { TABLE } = process\n  .env;`, environment],
    [handler, `import { env } from 'node:process';`, environment],
    ['shared/aws/s3.ts', `process['env'].TABLE`, environment],
  ])('%s: %s', (path, text, fault) => {
    expect(violations([{ path, text }])).toEqual([`${path}: ${fault}`]);
  });
});
