/** The architecture's rules about who may import whom, as a function over source files. `npm run check` runs it. */
import { posix } from 'node:path';

export interface SourceFile {
  /** Relative to the repository, as in `services/credits/domain/account.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What of `shared/` is pure: no I/O, no clock, no chance. */
const pureShared = ['eventsourcing/decider.ts', 'http/verdict.ts', 'ids.ts', 'owner.ts'].map(
  (file) => `shared/${file}`,
);

const isContract = (path: string) => /^services\/[^/]+\/contracts\.ts$/.test(path);
/** How a service is called by others. */
const isClient = (path: string) => /^services\/[^/]+\/client\.ts$/.test(path);
const serviceOf = (path: string) => /^services\/([^/]+)\//.exec(path)?.[1];
const domainOf = (path: string) => /^services\/[^/]+\/domain\//.exec(path)?.[0];
/** Tests, suites that several tests share (`*.contract.ts`), and what only they use. */
const isTestCode = (path: string) => /\.(test|contract)\.ts$|(^|\/)(test|testing)\//.test(path);
const isTooling = (path: string) => /^(local|test|bench|reference)\//.test(path);

const withoutComments = (text: string) =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');

const importPatterns = [
  /(?:^|[;\n])\s*(?:import|export)\s+(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]/g,
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
];

/** Where an import leads: a path in the repository, or the specifier of a package. */
const targetOf = (from: string, specifier: string): string => {
  if (specifier === '#apps') return 'apps/index.ts';
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
};

const importsOf = ({ path, text }: SourceFile): string[] =>
  importPatterns.flatMap((pattern) =>
    [...withoutComments(text).matchAll(pattern)].map(([, specifier = '']) => targetOf(path, specifier)),
  );

const importFault = (path: string, target: string): string | undefined => {
  const domain = domainOf(path);
  if (domain && !isTestCode(path)) {
    const allowed = target === 'zod' || target.startsWith(domain) || isContract(target) || pureShared.includes(target);
    if (!allowed) return 'a domain imports only zod, its own folder, contracts and the pure parts of shared';
  }
  const targetService = serviceOf(target);
  if (serviceOf(path) && targetService && serviceOf(path) !== targetService && !isContract(target) && !isClient(target))
    return 'of another service, only its contracts.ts and client.ts may be imported';
  if (isTestCode(path)) return undefined;
  if (isTooling(target) || isTestCode(target)) return 'production code knows nothing of local runs and tests';
  if (path.startsWith('shared/') && /^(services|apps|infra)\//.test(target)) return 'shared stands below the services';
  return undefined;
};

const readsEnvironment = /\bprocess\s*\.\s*env\b|\bprocess\s*\[|from\s+['"](node:)?process['"]/;
const mayReadEnvironment = (path: string) =>
  /^services\/[^/]+\/composition\.ts$/.test(path) || path.startsWith('infra/') || isTestCode(path);

const clockOrChance = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b/;

/** Every break of a rule, as `<file>: <rule>`. Files of `local/`, `test/` and `bench/` are free. */
export const violations = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => !isTooling(path))
    .flatMap((file) => {
      const { path } = file;
      const code = withoutComments(file.text);
      const faults = importsOf(file).flatMap((target) => {
        const fault = importFault(path, target);
        return fault === undefined ? [] : [`${fault} (${target})`];
      });
      if (readsEnvironment.test(code) && !mayReadEnvironment(path))
        faults.push("only a service's composition.ts reads the environment");
      if (domainOf(path) && !isTestCode(path) && clockOrChance.test(code))
        faults.push('time and chance come into a domain from outside');
      return faults.map((fault) => `${path}: ${fault}`);
    });
