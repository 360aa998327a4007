/** Errors as GoTrue answers them: `code`, `error_code`, `msg`, or `code`, `message` for clients that speak its newer version. */

/** From this version on the code is a word and the text is called `message`. */
export const apiVersion = '2024-01-01';

export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.extra = extra;
  }

  body(version: string | undefined): Record<string, unknown> {
    if (version !== undefined && version >= apiVersion)
      return { code: this.code, message: this.message, ...this.extra };
    return { code: this.status, error_code: this.code, msg: this.message, ...this.extra };
  }
}

export const invalidCredentials = () => new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
export const emailNotConfirmed = () => new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
export const weakPassword = (length: number) =>
  new AuthError(422, 'weak_password', `Password should be at least ${length} characters.`, {
    weak_password: { reasons: ['length'] },
  });
export const validationFailed = (message: string) => new AuthError(400, 'validation_failed', message);
