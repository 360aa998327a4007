/**
 * The providers that an app can use: those whose credentials are in its secret `tessera/providers/<app>`, and the sandbox,
 * which needs none. A worker keeps them for some minutes, so that a new key counts soon and a run costs no call.
 */
import * as z from 'zod';
import { lastGood } from '#shared/last-good.ts';
import type { Provider } from './provider.ts';
import { sandbox } from './sandbox.ts';
import type { ProviderSetup } from './setup.ts';

/** By the name that app definitions use. */
export type Providers = Readonly<Record<string, Provider>>;
/** @throws SourceUnavailable when an app's credentials cannot be read: nothing runs on another provider for that. */
export type ProvidersOf = (app: string) => Promise<Providers>;

/** Answers nothing when the app has no such secret. */
export type ReadCredentials = (app: string) => Promise<string | undefined>;

type Opened = { readonly provider: Provider } | { readonly fault: string };

/** Names the fields that are wrong, never their values. */
export const opening =
  <Credentials>({ credentials, create }: ProviderSetup<Credentials>) =>
  (given: unknown): Opened => {
    const { success, data, error } = credentials.safeParse(given);
    if (success) return { provider: create(data) };
    return { fault: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
  };

/** Providers by name, and how each is made of its entry in the secret. */
export type Openings = Readonly<Record<string, (given: unknown) => Opened>>;

/** Of what stands in the secret: credentials by provider. */
const credentialsByProvider = z.record(z.string(), z.unknown());

/** An entry that cannot be used leaves its provider out and the others alone. */
const setUp = (openings: Openings, text: string | undefined, onFault: (fault: string) => void): Providers => {
  const made: Record<string, Provider> = { [sandbox.name]: sandbox };
  for (const [name, given] of Object.entries(credentialsByProvider.parse(JSON.parse(text ?? '{}')))) {
    const open = Object.hasOwn(openings, name) ? openings[name] : undefined;
    const opened = open ? open(given) : { fault: 'there is no such provider' };
    if ('provider' in opened) made[name] = opened.provider;
    else onFault(`${name}: ${opened.fault}`);
  }
  return made;
};

export interface ProvidersOptions {
  readonly openings: Openings;
  readonly readCredentials: ReadCredentials;
  /** Told what is wrong with an app's secret, without its values. */
  readonly onFault: (app: string, fault: string) => void;
  readonly now?: () => number;
}

const minute = 60_000;

export const providersOf = ({ openings, readCredentials, onFault, now }: ProvidersOptions): ProvidersOf => {
  const kept = new Map<string, ReturnType<typeof lastGood<Providers>>>();
  return async (app) => {
    const known =
      kept.get(app) ??
      lastGood<Providers>({
        load: async () => setUp(openings, await readCredentials(app), (fault) => onFault(app, fault)),
        maxAgeMs: 5 * minute,
        cooldownMs: minute / 2,
        emptyCooldownMs: 1_000,
        keepMs: 60 * minute,
        onFailure: () => onFault(app, 'the secret cannot be read'),
        ...(now ? { now } : {}),
      });
    kept.set(app, known);
    return known.read();
  };
};
