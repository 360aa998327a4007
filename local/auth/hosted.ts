/** One project as it is hosted: its addresses, its keys, and the tokens it signs for tests. */
import type { JWTPayload } from 'jose';
import { type ClerkInstance, type ClerkSettings, clerkInstance, createClerkKey, signClerkToken } from './clerk.ts';
import { type Hook, type HookTimes, tellOfUser } from './hook.ts';
import { Project } from './project.ts';
import { tokenLifeSeconds } from './sessions.ts';
import { type Algorithm, createSigningKey, type SigningKey, signToken } from './signing.ts';
import type { ProjectState } from './state.ts';

/** What a project's owner may change at any time. */
export interface ProjectChanges {
  /** Users are to confirm their address before they sign in; without it they are signed in at once. */
  readonly confirmEmail?: boolean;
  /** Told of each new user. */
  readonly hook?: Hook | undefined;
}

export interface AuthProjectSettings extends ProjectChanges {
  readonly id: string;
  readonly algorithm: Algorithm;
  /** For HS256; at least 32 characters. */
  readonly secret?: string;
  /** The shared secret that the project had before its key pair: tokens signed with it come from the same issuer. */
  readonly legacySecret?: string;
  /** A Clerk instance beside the project, as an app has that moves from one to the other. */
  readonly clerk?: ClerkSettings;
}

/** What a client and an issuer's configuration need. */
export interface AuthProject {
  /** For `createClient(url, anonKey)`. */
  readonly url: string;
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly algorithm: Algorithm;
  readonly anonKey: string;
  readonly serviceKey: string;
  readonly clerk?: ClerkInstance;
}

export interface TokenOptions {
  /** With which key: the project's current one, its legacy secret, or the Clerk instance's, then with its claims. */
  readonly as?: 'supabase' | 'legacy' | 'clerk';
  readonly header?: Record<string, unknown>;
}

export interface HostOptions {
  readonly origin: string;
  readonly save: () => void;
  readonly refreshReuseSeconds: number;
  readonly hookTimes: HookTimes;
}

/** A key pair is published for as long as tokens of it live; who rotates more often than this is testing that. */
const formerKeysLimit = 4;
/** The API keys of a Supabase project live ten years. */
const apiKeyLifeSeconds = 10 * 365 * 24 * 3_600;

async function createState({ algorithm, secret }: AuthProjectSettings): Promise<ProjectState> {
  const key = await createSigningKey(algorithm, secret);
  const apiKey = await createSigningKey('HS256', crypto.randomUUID() + crypto.randomUUID());
  return { key, apiKey, users: {}, sessions: {}, refreshTokens: {} };
}

function signApiKey(apiKey: SigningKey, ref: string, role: string): Promise<string> {
  // Fixed times: the same key after a restart.
  return signToken(apiKey, { iss: 'supabase', ref, role, iat: 1_700_000_000, exp: 1_700_000_000 + apiKeyLifeSeconds });
}

async function addressesOf(settings: AuthProjectSettings, { apiKey }: ProjectState, origin: string) {
  const { id, algorithm, clerk } = settings;
  const url = `${origin}/${id}`;
  const issuer = `${url}/auth/v1`;
  return {
    url,
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    algorithm,
    anonKey: await signApiKey(apiKey, id, 'anon'),
    serviceKey: await signApiKey(apiKey, id, 'service_role'),
    ...(clerk ? { clerk: clerkInstance(clerk, `${url}/clerk`) } : {}),
  } satisfies AuthProject;
}

export class Hosted {
  readonly known: AuthProject;
  readonly state: ProjectState;
  readonly project: Project;
  readonly #save: () => void;
  #changeable: ProjectChanges;

  private constructor(settings: AuthProjectSettings, known: AuthProject, state: ProjectState, options: HostOptions) {
    this.known = known;
    this.state = state;
    this.#save = options.save;
    this.#changeable = settings;
    this.project = new Project({
      issuer: known.issuer,
      state,
      save: options.save,
      refreshReuseSeconds: options.refreshReuseSeconds,
      confirmsEmail: () => this.#changeable.confirmEmail ?? false,
      onCreated: async (user, ipAddress) => {
        const { hook } = this.#changeable;
        if (hook) await tellOfUser(hook, user, options.hookTimes, ipAddress);
      },
    });
  }

  /** @param kept what an earlier run left; its keys are used when they are of the algorithm that is asked for. */
  static async open(settings: AuthProjectSettings, kept: ProjectState | undefined, options: HostOptions) {
    const state = kept?.key.algorithm === settings.algorithm ? kept : await createState(settings);
    if (settings.legacySecret) state.legacyKey = await createSigningKey('HS256', settings.legacySecret);
    else delete state.legacyKey;
    if (settings.clerk) state.clerkKey ??= await createClerkKey();
    return new Hosted(settings, await addressesOf(settings, state, options.origin), state, options);
  }

  configure(changes: ProjectChanges): void {
    this.#changeable = { ...this.#changeable, ...changes };
  }

  /** Answers the new key's id. */
  async rotateKeys(): Promise<string> {
    const { algorithm, secret } = this.state.key;
    if (secret) throw new Error('a shared secret is not rotated: give the project a key pair and a legacySecret');
    const next = await createSigningKey(algorithm);
    this.state.formerKeys = [this.state.key, ...(this.state.formerKeys ?? [])].slice(0, formerKeysLimit);
    this.state.key = next;
    this.#save();
    return next.kid;
  }

  issueToken(claims: JWTPayload, { as = 'supabase', header }: TokenOptions): Promise<string> {
    if (as === 'clerk') return this.#issueClerkToken(claims, header);
    const key = as === 'legacy' ? this.state.legacyKey : this.state.key;
    if (!key) throw new Error('the project has no legacySecret');
    const iat = Math.floor(Date.now() / 1000);
    const usual = {
      iss: this.known.issuer,
      aud: 'authenticated',
      iat,
      exp: iat + tokenLifeSeconds,
      role: 'authenticated',
      is_anonymous: false,
    };
    return signToken(key, { ...usual, ...claims }, header);
  }

  #issueClerkToken(claims: JWTPayload, header?: Record<string, unknown>): Promise<string> {
    const { clerkKey } = this.state;
    const { clerk } = this.known;
    if (!clerkKey || !clerk) throw new Error('the project has no Clerk instance beside it');
    return signClerkToken(clerkKey, clerk, claims, header);
  }
}
