/** Every route's handler, over what they all stand on. */
import type { Handlers } from '#shared/http/route.ts';
import type { IdentityRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import { countPlay, recordActivity } from './routes/activity.ts';
import { type AdminDependencies, getUser, listUsers, setRoles } from './routes/admin.ts';
import { deleteMe, deleteUser, type LeaveDependencies } from './routes/delete-me.ts';
import { type ExportDependencies, getExport } from './routes/get-export.ts';
import { changeMe, getMe, type MeDependencies } from './routes/me.ts';
import { type HookDependencies, receiveSignUp } from './routes/receive-sign-up.ts';

export type ApiDependencies = MeDependencies &
  AdminDependencies &
  HookDependencies &
  LeaveDependencies &
  ExportDependencies;

export const apiHandlers = (dependencies: ApiDependencies): Handlers<typeof routes, IdentityRejection> => ({
  getMe: getMe(dependencies),
  changeMe: changeMe(dependencies),
  recordActivity: recordActivity(dependencies),
  countPlay: countPlay(dependencies),
  getExport: getExport(dependencies),
  deleteMe: deleteMe(dependencies),
  listUsers: listUsers(dependencies),
  getUser: getUser(dependencies),
  deleteUser: deleteUser(dependencies),
  setRoles: setRoles(dependencies),
  receiveSignUp: receiveSignUp(dependencies),
});
