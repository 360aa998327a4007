/** The client of an admin of an app, or of a deployment's operator. */
import type { AdminMethods } from '../api/methods.ts';
import { adminOperations } from '../api/operations.ts';
import { bindMethods } from './methods.ts';
import type { AdminOptions } from './options.ts';
import { sender } from './send.ts';

export const createTesseraAdmin = (options: AdminOptions): AdminMethods =>
  bindMethods<AdminMethods>(adminOperations, sender(options));
