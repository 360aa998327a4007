/** What apps import. */
export type { UserMethods } from './api/methods.ts';
export type * from './api/types.ts';
export { type ErrorType, type FieldError, TesseraError } from './client/error.ts';
export type { CallOptions, ClientOptions, Keyed, Matched, RealtimeSettings, TesseraOptions } from './client/options.ts';
export type { Page, Pages } from './client/pages.ts';
export type { NativeFile, UploadFile } from './client/post-form.ts';
export { GenerationError, type RunOptions } from './client/run.ts';
export { createTessera, type Tessera } from './client/tessera.ts';
export type { UploadOptions, UploadProgress } from './client/upload.ts';
export type { Progress, WaitOptions } from './client/wait.ts';
export type * as realtime from './realtime/index.ts';
export { connectRealtime } from './realtime/index.ts';
