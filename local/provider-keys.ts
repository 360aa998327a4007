/** Real providers on this machine: keys from the shell become every app's secret, so that its tools run for real. */
import * as z from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;
/** A credential's name, and the variable that has it. The first ones are what the provider cannot do without. */
export interface Variables {
  readonly needed: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
  /** Which credentials are lists; the variable has the one item. */
  readonly lists?: readonly string[];
}

/** By the provider's name, in the variables that its own tools read, where it has some. */
const variablesOf: Readonly<Record<string, Variables>> = {
  gemini: { needed: { api_key: 'GEMINI_API_KEY' }, more: { base_url: 'GEMINI_BASE_URL' } },
  openai: { needed: { api_key: 'OPENAI_API_KEY' }, more: { base_url: 'OPENAI_BASE_URL', images: 'OPENAI_IMAGES' } },
  replicate: { needed: { api_token: 'REPLICATE_API_TOKEN' } },
  fal: { needed: { key: 'FAL_KEY' } },
  piapi: { needed: { api_key: 'PIAPI_API_KEY' } },
  runpod: { needed: { api_key: 'RUNPOD_API_KEY' } },
  modal: { needed: { token_id: 'MODAL_KEY', token_secret: 'MODAL_SECRET', base_url: 'MODAL_URL' } },
  'http-worker': { needed: { base_url: 'HTTP_WORKER_URL', secrets: 'HTTP_WORKER_SECRET' }, lists: ['secrets'] },
};

/** Every variable that is read, for the help. */
export const namesIn = (variables: Readonly<Record<string, Variables>>): readonly string[] =>
  Object.values(variables).flatMap(({ needed, more = {} }) => [...Object.values(needed), ...Object.values(more)]);
export const keyVariables: readonly string[] = namesIn(variablesOf);

const given = z.string().trim().min(1);

const valuesOf = (environment: Environment, names: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([field, variable]) => {
      const { data } = given.safeParse(environment[variable]);
      return data === undefined ? [] : [[field, data]];
    }),
  );

type Credentials = Readonly<Record<string, string | readonly string[]>>;

/** Of the providers that have what they need. @throws Error naming the variables that are missing beside one that is there. */
export const credentialsIn = (
  environment: Environment,
  variables: Readonly<Record<string, Variables>> = variablesOf,
): Readonly<Record<string, Credentials>> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([provider, { needed, more = {}, lists = [] }]) => {
      const found = valuesOf(environment, needed);
      const missing = Object.entries(needed).flatMap(([field, variable]) => (field in found ? [] : [variable]));
      if (Object.keys(found).length === 0) return [];
      if (missing.length > 0) throw new Error(`${provider} needs ${missing.join(' and ')} as well`);
      const all = Object.entries({ ...found, ...valuesOf(environment, more) });
      return [
        [provider, Object.fromEntries(all.map(([name, value]) => [name, lists.includes(name) ? [value] : value]))],
      ];
    }),
  );

/** Nothing where no key is given: then every tool runs on the sandbox. */
export const providerSecrets = (environment: Environment, apps: readonly string[]): Record<string, string> => {
  const credentials = credentialsIn(environment);
  if (Object.keys(credentials).length === 0) return {};
  return Object.fromEntries(apps.map((app) => [`tessera/providers/${app}`, JSON.stringify(credentials)]));
};
