/** Refusals that several routes share. */
import { refuse } from '#shared/http/route.ts';

/** The authorizer refuses them already; this one left between its look and ours. */
export const userLeft = () => refuse('user-left', { detail: 'The user has left the app, and their record with them.' });

export const userUnknown = (app: string, user: string) =>
  refuse('user-unknown', { detail: `Nobody of the id "${user}" has a record in ${app}.` });
