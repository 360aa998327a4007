/** A row of the access matrix: the status that each caller gets of one route, by whose the thing is. */
import type { World } from './world.ts';

/** `user` owns what a row's path names; the others do not. */
export const callers = [
  'anonymous',
  'other user',
  "other app's user",
  "other app's admin",
  'key',
  'admin',
  'user',
  'operator',
] as const;
export type Caller = (typeof callers)[number];

export interface Row {
  readonly expected: Readonly<Record<Caller, number>>;
  /** The path with its parameters filled in; default: the route's own. */
  readonly path?: (world: World) => string | Promise<string>;
  readonly body?: (world: World) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Every caller is a new one, because a call that succeeds ends them. */
  readonly fresh?: true;
}

export type More = Omit<Row, 'expected'>;

/** An operator is of no app: refused as a key is where users are asked for, forbidden where an app's admins are. */
const ofOperator = ([anonymous = 0, , , , key]: readonly number[]): number => {
  if (anonymous !== 401) return anonymous;
  return key === 401 ? 401 : 403;
};

export const row = (statuses: readonly number[], more: More = {}, operator = ofOperator(statuses)): Row => {
  const all = [...statuses, operator];
  if (all.length !== callers.length) throw new Error(`${all.length} statuses for ${callers.length} callers`);
  const expected = Object.fromEntries(callers.map((caller, index) => [caller, all[index]])) as Row['expected'];
  return { expected, ...more };
};

/** Anybody, and the same for all. */
export const open = (status: number, more?: More) =>
  row([status, status, status, status, status, status, status], more);
/** Whoever has a session, each for themselves. A key is no user. */
export const session = (status: number, more?: More) => row([401, status, status, status, 401, status, status], more);
/** What one user owns: for all others it is not there. */
export const owned = (status: number, more?: More) => row([401, 404, 404, 404, 401, 404, status], more);
/** An admin's act on the admin's own app. */
export const ofApp = (status: number, more?: More) => row([401, 403, 403, status, status, status, 403], more);
/** An admin's act on one user of the app: another app's admin finds nobody. */
export const onUser = (status: number, more?: More) => row([401, 403, 403, 404, status, status, 403], more);
/** What concerns the deployment: no admin of an app is told of it. */
export const ofDeployment = (status: number, more?: More) => row([401, 403, 403, 403, 403, 403, 403], more, status);
