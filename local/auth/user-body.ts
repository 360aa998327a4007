/** A user as GoTrue's API shows it. */
import type { User } from './state.ts';

export function toUserBody(user: User): Record<string, unknown> {
  const identity = {
    identity_id: user.id,
    id: user.id,
    user_id: user.id,
    identity_data: { email: user.email, email_verified: true, phone_verified: false, sub: user.id },
    provider: 'email',
    last_sign_in_at: user.lastSignInAt ?? null,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    email: user.email,
  };
  return {
    id: user.id,
    aud: 'authenticated',
    role: 'authenticated',
    email: user.email,
    ...(user.emailConfirmedAt
      ? { email_confirmed_at: user.emailConfirmedAt, confirmed_at: user.emailConfirmedAt }
      : {}),
    phone: '',
    ...(user.lastSignInAt ? { last_sign_in_at: user.lastSignInAt } : {}),
    app_metadata: user.appMetadata,
    user_metadata: user.userMetadata,
    identities: user.isAnonymous ? [] : [identity],
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    is_anonymous: user.isAnonymous,
  };
}
