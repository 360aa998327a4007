/** What admins' tools import. */
export type { AdminMethods } from './api/methods.ts';
export type * from './api/types.ts';
export { createTesseraAdmin } from './client/admin.ts';
export { type ErrorType, type FieldError, TesseraError } from './client/error.ts';
export type { AdminOptions, CallOptions, ClientOptions, Keyed, Matched } from './client/options.ts';
export type { Page, Pages } from './client/pages.ts';
