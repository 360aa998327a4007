/** One Supabase project's users, by GoTrue's rules. */
import { randomUUID } from 'node:crypto';
import { AuthError, emailNotConfirmed, invalidCredentials, validationFailed, weakPassword } from './auth-error.ts';
import { hashPassword, matchesPassword } from './password.ts';
import { type SessionBody, Sessions, type SessionsOptions } from './sessions.ts';
import type { ProjectState, User } from './state.ts';
import { toUserBody } from './user-body.ts';

const passwordMinLength = 6;
/** Bcrypt's limit in the real service. */
const passwordMaxLength = 72;
const userLimit = 100_000;

export interface ProjectOptions extends Omit<SessionsOptions, 'userOf'> {
  /** Whether addresses are good only once they are confirmed, or at once. */
  readonly confirmsEmail: () => boolean;
  /** The after-user-created hook. Throws `AuthError` when it fails; the user stays. */
  readonly onCreated: (user: User, ipAddress: string) => Promise<void>;
}

export interface Credentials {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly data?: Record<string, unknown> | undefined;
}

export interface AdminUser extends Credentials {
  readonly id?: string | undefined;
  readonly emailConfirm?: boolean | undefined;
  readonly userMetadata?: Record<string, unknown> | undefined;
  readonly appMetadata?: Record<string, unknown> | undefined;
}

type NewUser = Pick<User, 'email' | 'isAnonymous' | 'userMetadata' | 'appMetadata'> & {
  readonly id?: string;
  readonly passwordHash?: string;
  readonly confirmed: boolean;
};

const now = () => new Date().toISOString();
const emailTaken = () =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
const signedUpBefore = () => new AuthError(422, 'user_already_exists', 'User already registered');

export class Project {
  readonly sessions: Sessions;
  readonly #options: ProjectOptions;
  readonly #state: ProjectState;

  constructor(options: ProjectOptions) {
    this.#options = options;
    this.#state = options.state;
    this.sessions = new Sessions({ ...options, userOf: (id) => this.user(id) });
  }

  /** Without an e-mail address: an anonymous user. Answers a session, or the user when its address is to be confirmed. */
  async signUp({ email = '', password, data = {} }: Credentials, ipAddress: string): Promise<SessionBody> {
    if (email === '') {
      const user = this.#addUser({ email, isAnonymous: true, confirmed: false, userMetadata: data, appMetadata: {} });
      await this.#options.onCreated(user, ipAddress);
      return this.sessions.open(user, 'anonymous');
    }
    const confirmEmail = this.confirmsEmail;
    const known = confirmEmail ? this.#byEmail(email.trim().toLowerCase()) : undefined;
    checkPassword(password);
    // What is answered does not tell whether there is such a user.
    if (known?.emailConfirmedAt) return strangerLike(known);
    const user =
      known ?? (await this.createUser({ email, password, data, emailConfirm: !confirmEmail }, signedUpBefore));
    await this.#options.onCreated(user, ipAddress).catch((cause: unknown) => {
      throw new AuthError(500, 'unexpected_failure', 'Error invoking hook', {}, cause);
    });
    return confirmEmail ? toUserBody(user) : this.sessions.open(user, 'password');
  }

  async createUser(
    { id, email, password, data, emailConfirm = false, userMetadata, appMetadata }: AdminUser,
    taken: () => AuthError = emailTaken,
  ): Promise<User> {
    const address = checkEmail(email);
    checkPassword(password);
    if (this.#byEmail(address)) throw taken();
    const passwordHash = await hashPassword(password);
    // Another sign-up may have come while the hash was made.
    if (this.#byEmail(address)) throw taken();
    const metadata = { ...(userMetadata ?? data), email: address, email_verified: emailConfirm };
    return this.#addUser({
      ...(id ? { id } : {}),
      email: address,
      passwordHash,
      isAnonymous: false,
      confirmed: emailConfirm,
      userMetadata: metadata,
      appMetadata: { provider: 'email', providers: ['email'], ...appMetadata },
    });
  }

  async signIn({ email = '', password = '' }: Credentials): Promise<SessionBody> {
    const user = this.#byEmail(email.trim().toLowerCase());
    if (!user?.passwordHash || !(await matchesPassword(password, user.passwordHash))) throw invalidCredentials();
    if (!user.emailConfirmedAt) throw emailNotConfirmed();
    return this.sessions.open(user, 'password');
  }

  async update(user: User, { email, password, data }: Credentials): Promise<User> {
    if (email !== undefined && email.toLowerCase() !== user.email) {
      const address = checkEmail(email);
      if (this.#byEmail(address)) throw emailTaken();
      user.email = address;
      user.emailConfirmedAt = now();
      // An anonymous user that gives an address becomes a permanent one.
      user.isAnonymous = false;
      user.appMetadata = { provider: 'email', providers: ['email'], ...user.appMetadata };
    }
    if (password !== undefined) await changePassword(user, password);
    if (data) user.userMetadata = { ...user.userMetadata, ...data };
    user.updatedAt = now();
    this.#options.save();
    return user;
  }

  async updateByAdmin(user: User, changes: AdminUser): Promise<User> {
    const { userMetadata, appMetadata, emailConfirm, ...credentials } = changes;
    if (appMetadata) user.appMetadata = { ...user.appMetadata, ...appMetadata };
    if (emailConfirm) user.emailConfirmedAt ??= now();
    return this.update(user, { ...credentials, data: userMetadata });
  }

  deleteUser(id: string): void {
    const user = this.user(id, 404);
    this.sessions.endAllOf(user.id);
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

  get confirmsEmail(): boolean {
    return this.#options.confirmsEmail();
  }

  get users(): readonly User[] {
    return Object.values(this.#state.users);
  }

  #byEmail(address: string): User | undefined {
    return address === '' ? undefined : this.users.find(({ email }) => email === address);
  }

  #addUser({ confirmed, ...given }: NewUser): User {
    if (this.users.length >= userLimit) throw new AuthError(429, 'over_request_rate_limit', 'Too many users');
    const at = now();
    const user: User = {
      id: randomUUID(),
      createdAt: at,
      updatedAt: at,
      ...given,
      ...(confirmed ? { emailConfirmedAt: at } : {}),
    };
    this.#state.users[user.id] = user;
    this.#options.save();
    return user;
  }
}

/** What GoTrue answers whoever signs up with an address that is taken: a user that there is not. */
function strangerLike({ email, userMetadata, appMetadata, createdAt, updatedAt }: User): SessionBody {
  const stranger = { id: randomUUID(), email, isAnonymous: false, userMetadata, appMetadata, createdAt, updatedAt };
  return { ...toUserBody(stranger), role: '', identities: [] };
}

function checkEmail(email: string | undefined): string {
  const address = (email ?? '').trim().toLowerCase();
  if (address === '') throw validationFailed('An email address is required');
  if (!/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(address) || address.length > 255) {
    throw validationFailed('Unable to validate email address: invalid format');
  }
  return address;
}

function checkPassword(password: string | undefined): asserts password is string {
  if (password === undefined || password === '') throw validationFailed('Signup requires a valid password');
  if (password.length < passwordMinLength) throw weakPassword(passwordMinLength);
  if (password.length > passwordMaxLength)
    throw validationFailed(`Password cannot be longer than ${passwordMaxLength} characters`);
}

async function changePassword(user: User, password: string): Promise<void> {
  checkPassword(password);
  if (user.passwordHash && (await matchesPassword(password, user.passwordHash))) {
    throw new AuthError(422, 'same_password', 'New password should be different from the old password.');
  }
  user.passwordHash = await hashPassword(password);
}
