/** What a project keeps: its keys, users, sessions and refresh tokens; plain JSON, so that a file can hold it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SigningKey } from './signing.ts';

export interface User {
  readonly id: string;
  email: string;
  passwordHash?: string;
  isAnonymous: boolean;
  userMetadata: Record<string, unknown>;
  appMetadata: Record<string, unknown>;
  readonly createdAt: string;
  updatedAt: string;
  lastSignInAt?: string;
  emailConfirmedAt?: string;
}

export interface Session {
  readonly id: string;
  readonly userId: string;
  /** How it began, for the token's `amr`. */
  readonly method: 'password' | 'anonymous';
  readonly createdAt: number;
}

export interface RefreshToken {
  readonly token: string;
  readonly sessionId: string;
  /** The token this one replaced. */
  readonly parent?: string;
  /** Unix time in milliseconds of its use or revocation. */
  usedAt?: number;
}

export interface ProjectState {
  /** Signs users' tokens. */
  key: SigningKey;
  /** Sign no more, but are published: their tokens are good until they expire. Newest first. */
  formerKeys?: readonly SigningKey[];
  /** The shared secret of a project that has moved to a key pair; both are good for a while. */
  legacyKey?: SigningKey;
  /** Of the Clerk instance beside it. */
  clerkKey?: SigningKey;
  /** Signs the API keys. */
  readonly apiKey: SigningKey;
  readonly users: Record<string, User>;
  readonly sessions: Record<string, Session>;
  readonly refreshTokens: Record<string, RefreshToken>;
}

/** Whatever may have signed a user's token. */
export const userKeysOf = ({ key, formerKeys = [], legacyKey }: ProjectState): readonly SigningKey[] => [
  key,
  ...formerKeys,
  ...(legacyKey ? [legacyKey] : []),
];

/** Loads what the file holds and writes it again at every change. */
export function createStateFile(file?: string): { readonly projects: Record<string, ProjectState>; save(): void } {
  const projects =
    file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, ProjectState>) : {};
  return {
    projects,
    save() {
      if (!file) return;
      writeFileSync(`${file}.new`, JSON.stringify(projects), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
