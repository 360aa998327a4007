/** A project's sessions: access tokens, and refresh tokens that rotate by GoTrue's rules. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { AuthError } from './auth-error.ts';
import { signToken, verifyToken } from './signing.ts';
import { type ProjectState, type RefreshToken, type Session, type User, userKeysOf } from './state.ts';
import { toUserBody } from './user-body.ts';

export const tokenLifeSeconds = 3_600;

export type SignOutScope = 'global' | 'local' | 'others';

export interface SessionsOptions {
  readonly issuer: string;
  readonly state: ProjectState;
  readonly save: () => void;
  /** A used refresh token still answers this long, for clients that ask twice at once. Supabase's default is 10. */
  readonly refreshReuseSeconds: number;
  /** Throws when the user is gone. */
  readonly userOf: (id: string) => User;
}

export type SessionBody = Readonly<Record<string, unknown>>;

const alreadyUsed = () => new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #state: ProjectState;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  async open(user: User, method: Session['method']): Promise<SessionBody> {
    const session: Session = { id: randomUUID(), userId: user.id, method, createdAt: Math.floor(Date.now() / 1000) };
    this.#state.sessions[session.id] = session;
    user.lastSignInAt = new Date().toISOString();
    return this.#body(user, session, this.#addToken(session));
  }

  /** Rotates: the token is used up, its successor is answered. */
  async refresh(token: string): Promise<SessionBody> {
    const kept = this.#state.refreshTokens[token];
    const session = kept && this.#state.sessions[kept.sessionId];
    if (!kept || !session)
      throw new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
    const user = this.#options.userOf(session.userId);
    return this.#body(user, session, this.#successorOf(kept, session));
  }

  signOut(sessionId: string, scope: SignOutScope): void {
    const current = this.#state.sessions[sessionId];
    for (const session of Object.values(this.#state.sessions)) {
      const mine = session.userId === current?.userId;
      if (mine && (scope === 'global' || (scope === 'local') === (session.id === sessionId))) this.#end(session.id);
    }
    this.#options.save();
  }

  endAllOf(userId: string): void {
    for (const session of Object.values(this.#state.sessions)) if (session.userId === userId) this.#end(session.id);
  }

  /** Whose token this is; its session must still be open. */
  async authenticate(token: string): Promise<{ user: User; sessionId: string }> {
    let claims: JWTPayload;
    try {
      claims = await verifyToken(userKeysOf(this.#state), token, this.#options.issuer);
    } catch (error) {
      throw new AuthError(
        403,
        'bad_jwt',
        `invalid JWT: unable to parse or verify signature, ${(error as Error).message}`,
      );
    }
    const user = this.#options.userOf(String(claims.sub));
    const sessionId = String(claims.session_id);
    if (!this.#state.sessions[sessionId]) {
      throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
    }
    return { user, sessionId };
  }

  /**
   * A client that lost the answer asks again with the token before, and gets the current one. Any older token, once the
   * interval for reuse is over, is taken for stolen: then no token of the session is good.
   */
  #successorOf(kept: RefreshToken, session: Session): RefreshToken {
    if (kept.usedAt === undefined) {
      kept.usedAt = Date.now();
      return this.#addToken(session, kept.token);
    }
    const all = Object.values(this.#state.refreshTokens).filter(({ sessionId }) => sessionId === session.id);
    const active = all.findLast(({ usedAt }) => usedAt === undefined);
    if (active?.parent === kept.token) return active;
    if (Date.now() - kept.usedAt < this.#options.refreshReuseSeconds * 1000) return this.#addToken(session, kept.token);
    for (const token of all) token.usedAt ??= Date.now();
    this.#options.save();
    throw alreadyUsed();
  }

  #addToken(session: Session, parent?: string): RefreshToken {
    const token = randomBytes(9).toString('base64url');
    const kept: RefreshToken = { token, sessionId: session.id, ...(parent ? { parent } : {}) };
    this.#state.refreshTokens[token] = kept;
    this.#options.save();
    return kept;
  }

  #end(id: string): void {
    delete this.#state.sessions[id];
    for (const { token, sessionId } of Object.values(this.#state.refreshTokens))
      if (sessionId === id) delete this.#state.refreshTokens[token];
  }

  async #body(user: User, session: Session, { token }: RefreshToken): Promise<SessionBody> {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.#options.issuer,
      sub: user.id,
      aud: 'authenticated',
      exp: iat + tokenLifeSeconds,
      iat,
      email: user.email,
      phone: '',
      app_metadata: user.appMetadata,
      user_metadata: user.userMetadata,
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: session.method, timestamp: session.createdAt }],
      session_id: session.id,
      is_anonymous: user.isAnonymous,
    };
    return {
      access_token: await signToken(this.#state.key, claims),
      token_type: 'bearer',
      expires_in: tokenLifeSeconds,
      expires_at: claims.exp,
      refresh_token: token,
      user: toUserBody(user),
    };
  }
}
