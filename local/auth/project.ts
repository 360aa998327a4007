/** One Supabase project's users and sessions, by GoTrue's rules. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { AuthError, invalidCredentials, validationFailed, weakPassword } from './auth-error.ts';
import { hashPassword, matchesPassword } from './password.ts';
import { signToken, verifyToken } from './signing.ts';
import type { ProjectState, RefreshToken, Session, User } from './state.ts';
import { toUserBody } from './user-body.ts';

const passwordMinLength = 6;
/** Bcrypt's limit in the real service. */
const passwordMaxLength = 72;
const userLimit = 100_000;
const tokenLifeSeconds = 3_600;

export interface ProjectOptions {
  readonly issuer: string;
  readonly state: ProjectState;
  readonly save: () => void;
  /** A used refresh token still answers this long, for clients that ask twice at once. GoTrue's default is 10. */
  readonly refreshReuseSeconds: number;
}

export interface Credentials {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

export interface AdminUser extends Credentials {
  readonly id?: string | undefined;
  readonly userMetadata?: Record<string, unknown> | undefined;
  readonly appMetadata?: Record<string, unknown> | undefined;
}

export type SignOutScope = 'global' | 'local' | 'others';

const now = () => new Date().toISOString();

export class Project {
  readonly #options: ProjectOptions;
  readonly #state: ProjectState;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Without e-mail and password: an anonymous user. */
  async signUp({ email, password, data = {} }: Credentials): Promise<Record<string, unknown>> {
    if (email === undefined && password === undefined) {
      return this.#openSession(
        this.#addUser({ email: '', isAnonymous: true, userMetadata: data, appMetadata: {} }),
        'anonymous',
      );
    }
    return this.#openSession(
      await this.createUser({ email, password, data }, 'user_already_exists', 'User already registered'),
      'password',
    );
  }

  async createUser(
    { id, email, password, data, userMetadata, appMetadata }: AdminUser,
    takenCode = 'email_exists',
    takenMessage = 'A user with this email address has already been registered',
  ): Promise<User> {
    const address = this.#checkEmail(email);
    if (password === undefined || password === '') throw validationFailed('Signup requires a valid password');
    checkPassword(password);
    if (this.#byEmail(address)) throw new AuthError(422, takenCode, takenMessage);
    const passwordHash = await hashPassword(password);
    // Another sign-up may have come while the hash was made.
    if (this.#byEmail(address)) throw new AuthError(422, takenCode, takenMessage);
    const metadata = { ...(userMetadata ?? data), email: address, email_verified: true };
    return this.#addUser({
      ...(id ? { id } : {}),
      email: address,
      passwordHash,
      isAnonymous: false,
      userMetadata: metadata,
      appMetadata: { provider: 'email', providers: ['email'], ...appMetadata },
    });
  }

  async signIn({ email = '', password = '' }: Credentials): Promise<Record<string, unknown>> {
    const user = this.#byEmail(email.trim().toLowerCase());
    if (!user?.passwordHash || !(await matchesPassword(password, user.passwordHash))) throw invalidCredentials();
    return this.#openSession(user, 'password');
  }

  /** Rotates: the token is used up, its successor is answered. Used again later, the whole session ends. */
  async refresh(token: string): Promise<Record<string, unknown>> {
    const kept = this.#state.refreshTokens[token];
    const session = kept && this.#state.sessions[kept.sessionId];
    if (!kept || !session)
      throw new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
    const user = this.user(session.userId);
    if (kept.usedAt !== undefined) return this.#answerReuse(kept, session, user);
    kept.usedAt = Date.now();
    return this.#sessionResponse(user, session, this.#addRefreshToken(session, kept.token));
  }

  async update(user: User, { email, password, data }: Credentials): Promise<User> {
    if (email !== undefined && email.toLowerCase() !== user.email) {
      const address = this.#checkEmail(email);
      if (this.#byEmail(address))
        throw new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
      user.email = address;
      user.emailConfirmedAt = now();
      // An anonymous user that gives an address becomes a permanent one.
      user.isAnonymous = false;
      user.appMetadata = { provider: 'email', providers: ['email'], ...user.appMetadata };
    }
    if (password !== undefined) await this.#changePassword(user, password);
    if (data) user.userMetadata = { ...user.userMetadata, ...data };
    user.updatedAt = now();
    this.#options.save();
    return user;
  }

  async updateByAdmin(user: User, { userMetadata, appMetadata, ...credentials }: AdminUser): Promise<User> {
    if (appMetadata) user.appMetadata = { ...user.appMetadata, ...appMetadata };
    return this.update(user, { ...credentials, data: userMetadata });
  }

  signOut(sessionId: string, scope: SignOutScope): void {
    const current = this.#state.sessions[sessionId];
    for (const session of Object.values(this.#state.sessions)) {
      const mine = session.userId === current?.userId;
      if (mine && (scope === 'global' || (scope === 'local') === (session.id === sessionId)))
        this.#endSession(session.id);
    }
    this.#options.save();
  }

  deleteUser(id: string): void {
    const user = this.user(id, 404);
    for (const session of Object.values(this.#state.sessions))
      if (session.userId === user.id) this.#endSession(session.id);
    delete this.#state.users[user.id];
    this.#options.save();
  }

  user(id: string, status = 403): User {
    const user = this.#state.users[id];
    if (!user)
      throw new AuthError(
        status,
        'user_not_found',
        status === 404 ? 'User not found' : 'User from sub claim in JWT does not exist',
      );
    return user;
  }

  get users(): readonly User[] {
    return Object.values(this.#state.users);
  }

  /** Whose token this is; its session must still be open. */
  async authenticate(token: string): Promise<{ user: User; sessionId: string }> {
    let claims: JWTPayload;
    try {
      claims = await verifyToken(this.#state.key, token, this.#options.issuer);
    } catch (error) {
      throw new AuthError(
        403,
        'bad_jwt',
        `invalid JWT: unable to parse or verify signature, ${(error as Error).message}`,
      );
    }
    const user = this.user(String(claims.sub));
    const sessionId = String(claims.session_id);
    if (!this.#state.sessions[sessionId]) {
      throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
    }
    return { user, sessionId };
  }

  #checkEmail(email: string | undefined): string {
    const address = (email ?? '').trim().toLowerCase();
    if (address === '') throw validationFailed('To signup, please provide your email');
    if (!/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(address) || address.length > 255) {
      throw validationFailed('Unable to validate email address: invalid format');
    }
    return address;
  }

  #byEmail(address: string): User | undefined {
    return address === '' ? undefined : this.users.find(({ email }) => email === address);
  }

  #addUser(
    given: Pick<User, 'email' | 'isAnonymous' | 'userMetadata' | 'appMetadata'> & {
      id?: string;
      passwordHash?: string;
    },
  ): User {
    if (this.users.length >= userLimit) throw new AuthError(429, 'over_request_rate_limit', 'Too many users');
    const at = now();
    const user: User = {
      id: randomUUID(),
      createdAt: at,
      updatedAt: at,
      ...given,
      ...(given.email ? { emailConfirmedAt: at } : {}),
    };
    this.#state.users[user.id] = user;
    this.#options.save();
    return user;
  }

  async #changePassword(user: User, password: string): Promise<void> {
    checkPassword(password);
    if (user.passwordHash && (await matchesPassword(password, user.passwordHash))) {
      throw new AuthError(422, 'same_password', 'New password should be different from the old password.');
    }
    user.passwordHash = await hashPassword(password);
  }

  async #openSession(user: User, method: Session['method']): Promise<Record<string, unknown>> {
    const session: Session = { id: randomUUID(), userId: user.id, method, createdAt: Math.floor(Date.now() / 1000) };
    this.#state.sessions[session.id] = session;
    user.lastSignInAt = now();
    return this.#sessionResponse(user, session, this.#addRefreshToken(session));
  }

  #addRefreshToken(session: Session, parent?: string): RefreshToken {
    const token = randomBytes(9).toString('base64url');
    const kept: RefreshToken = { token, sessionId: session.id, ...(parent ? { parent } : {}) };
    this.#state.refreshTokens[token] = kept;
    this.#options.save();
    return kept;
  }

  #answerReuse(kept: RefreshToken, session: Session, user: User): Promise<Record<string, unknown>> {
    const successor = Object.values(this.#state.refreshTokens).find(({ parent }) => parent === kept.token);
    const recent = Date.now() - (kept.usedAt ?? 0) < this.#options.refreshReuseSeconds * 1000;
    if (recent && successor && successor.usedAt === undefined) return this.#sessionResponse(user, session, successor);
    this.#endSession(session.id);
    this.#options.save();
    throw new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
  }

  #endSession(id: string): void {
    delete this.#state.sessions[id];
    for (const { token, sessionId } of Object.values(this.#state.refreshTokens))
      if (sessionId === id) delete this.#state.refreshTokens[token];
  }

  async #sessionResponse(user: User, session: Session, { token }: RefreshToken): Promise<Record<string, unknown>> {
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

function checkPassword(password: string): void {
  if (password.length < passwordMinLength) throw weakPassword(passwordMinLength);
  if (password.length > passwordMaxLength)
    throw validationFailed(`Password cannot be longer than ${passwordMaxLength} characters`);
}
