/** Identity's rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

export type IdentityRejection =
  | 'user-left'
  | 'user-unknown'
  | 'record-changed'
  | 'locale-unknown'
  | 'role-own'
  | 'hook-unknown'
  | 'hook-untrusted'
  | 'hook-payload-invalid'
  | 'hook-secrets-unreachable';

export const problems: Readonly<Record<IdentityRejection, ProblemSpec>> = {
  'user-left': { status: 401, title: 'The user has left' },
  'user-unknown': { status: 404, title: 'There is no such user' },
  'record-changed': { status: 412, title: 'The record is another one now' },
  'locale-unknown': { status: 400, title: 'The app does not speak this language' },
  'role-own': { status: 409, title: 'Admins do not take their own role away' },
  'hook-unknown': { status: 404, title: 'There is no such hook' },
  'hook-untrusted': { status: 401, title: 'The message was not signed by the identity provider, now' },
  'hook-payload-invalid': { status: 400, title: 'The message does not tell of a new user' },
  'hook-secrets-unreachable': { status: 503, title: 'Try again in a moment' },
};
