/** Whose something is: a user of one app. The same user id in two apps is two owners. */
import * as z from 'zod';

/** Lower-case words joined by hyphens, as in `product-studio`. */
export const appId = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  // The events tables' marker items begin with `command#`, where streams begin with the app.
  .refine((id) => id !== 'command', 'is reserved');

/** In place of an app, for what is of the deployment and no app's. No app can be called so. */
export const wholeDeployment = '*';

/** The subject of the identity provider's token: a UUID from Supabase, `user_…` from Clerk. */
export const userId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.:|-]+$/)
  // It is part of keys in S3, where these two lead elsewhere.
  .refine((id) => id !== '.' && id !== '..', 'is a path');

export interface Owner {
  readonly app: string;
  readonly user: string;
}

/** The key that begins everything of one owner. `#` occurs in neither part, so no two owners share one. */
export const ownerKey = ({ app, user }: Owner): string => `${app}#${user}`;

/** The owner of a key that begins with `ownerKey`, and what follows it. */
export const parseOwnerKey = (key: string): Owner & { readonly rest: readonly string[] } => {
  const [app = '', user = '', ...rest] = key.split('#');
  return { app, user, rest };
};
