/** Functions by the names people use: the generated name, `service/handler`, the logical id or its beginning, the source file. */
import type { FunctionModel } from '../contracts.ts';

/** `credits/api` for `services/credits/handlers/api.ts`, else the logical id without the CDK's eight characters of hash. */
export function functionLabel({ entry, logicalId }: FunctionModel): string {
  const [, service, handler] = /^services\/([^/]+)\/handlers\/(.+)\.ts$/.exec(entry) ?? [];
  return service && handler ? `${service}/${handler}` : logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** Throws when none or several match. */
export function findFunction(functions: readonly FunctionModel[], nameOrId: string): FunctionModel {
  const tests: ((fn: FunctionModel) => boolean)[] = [
    ({ name, logicalId, entry }) => name === nameOrId || logicalId === nameOrId || entry === nameOrId,
    (fn) => functionLabel(fn) === nameOrId,
    ({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, '') === nameOrId,
    ({ logicalId }) => logicalId.startsWith(nameOrId),
  ];
  for (const test of tests) {
    const [found, ...more] = functions.filter(test);
    if (found && more.length === 0) return found;
  }
  throw new Error(
    `not exactly one function is named ${nameOrId}; there are: ${functions.map((fn) => `${functionLabel(fn)} (${fn.logicalId})`).join(', ')}`,
  );
}
