/** Writes the reference: `npm run openapi`. With `--check`, only says which files are not as they should be, and fails. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asyncApi } from './events/async-api.ts';
import { eventCatalogue } from './events/catalogue.ts';
import { eventSchema, schemaPath } from './events/event-schemas.ts';
import { printed } from './json.ts';
import { openApi, packageVersion } from './openapi/document.ts';
import { postmanCollection } from './postman.ts';
import { readSources, type Sources } from './read-sources.ts';
import { root } from './sources.ts';

/** Every generated file, by its path in the repository. */
export const generate = (sources: Sources): ReadonlyMap<string, string> => {
  const { schemas, code, events } = sources;
  const document = openApi(sources);
  return new Map([
    ['docs/api/openapi.json', printed(document)],
    ['docs/api/tessera.postman_collection.json', printed(postmanCollection(document))],
    ['docs/events/README.md', eventCatalogue(events, code)],
    ['docs/events/asyncapi.json', printed(asyncApi(events, schemas, { code, version: packageVersion() }))],
    ...events.map((event) => [schemaPath(event), printed(eventSchema(event, code))] as const),
  ]);
};

const committed = (path: string): string | undefined => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
};

if (import.meta.main) {
  const checks = process.argv.includes('--check');
  for (const [path, text] of generate(await readSources())) {
    if (committed(path) === text) continue;
    console.log(checks ? `${path} is not what the route tables say: run npm run openapi` : path);
    if (checks) process.exitCode = 1;
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
}
