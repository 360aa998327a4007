/** Writes what the client knows of the API, `sdk/api`, from its OpenAPI document: `npm run sdk:types`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problemTypes, readDocument, root } from './document.ts';
import { methodsOf } from './operations.ts';
import { printMethods, printOperations, printTypes } from './print.ts';

const maxSourceBytes = 4 * 1024 * 1024;

const formatted = (path: string, text: string): string =>
  execFileSync(join(root, 'node_modules/.bin/biome'), ['check', '--write', `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
    encoding: 'utf8',
    maxBuffer: maxSourceBytes,
  });

/** Every generated file, by its path in the repository. */
export const generate = async (): Promise<ReadonlyMap<string, string>> => {
  const document = readDocument();
  const methods = methodsOf(document);
  const problems = problemTypes(readFileSync(join(root, 'docs/api/openapi.json'), 'utf8'));
  const types = await printTypes(document, methods, problems);
  const known = [...types.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
  const files = {
    'sdk/api/types.ts': types,
    'sdk/api/methods.ts': printMethods(methods, known),
    'sdk/api/operations.ts': printOperations(methods),
  };
  return new Map(Object.entries(files).map(([path, text]) => [path, formatted(path, text)]));
};

if (import.meta.main)
  for (const [path, text] of await generate()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
