/** The client of one user: every operation as a method, and what takes several of them. */
import type { UserMethods } from '../api/methods.ts';
import { userOperations } from '../api/operations.ts';
import type { Asset, Generation, NewGeneration } from '../api/types.ts';
import type { Realtime } from '../realtime/options.ts';
import { connectRealtime } from '../realtime/realtime.ts';
import { bindMethods } from './methods.ts';
import type { RealtimeSettings, TesseraOptions } from './options.ts';
import type { UploadFile } from './post-form.ts';
import { type RunOptions, runTool } from './run.ts';
import { clockOf, sender } from './send.ts';
import { type UploadOptions, type UploadTools, uploadFile } from './upload.ts';
import { type WaitOptions, waitFor } from './wait.ts';

export interface Tessera extends UserMethods {
  /** Sends a file, and answers once it can be used. */
  upload(file: UploadFile, options?: UploadOptions): Promise<Asset>;
  /** Until it is completed, failed or cancelled. */
  waitForGeneration(id: string, options?: WaitOptions): Promise<Generation>;
  /** Uploads, creates, waits. Throws a `GenerationError` where nothing came of it. */
  run(tool: string, params: NonNullable<NewGeneration['params']>, options?: RunOptions): Promise<Generation>;
  /** With the same token. Waiting listens to it. Called again, it is the same one until it is closed. */
  connectRealtime(settings?: RealtimeSettings): Realtime;
}

/** An announced file that nobody sends goes away by itself. */
const announcing = { assets: { create: { ...userOperations.assets.create, isHarmless: true } } } as const;

export const createTessera = (options: TesseraOptions): Tessera => {
  const { token, realtimeUrl } = options;
  const clock = clockOf(options);
  const send = sender(options);
  const methods = bindMethods<UserMethods>(userOperations, send);
  let socket: Realtime | undefined;
  const liveSocket = () => (socket?.state === 'closed' ? undefined : socket);
  const files: UploadTools = {
    clock,
    fetch: (...args) => (options.fetch ?? globalThis.fetch)(...args),
    create: bindMethods<Pick<UserMethods, 'assets'>>(announcing, send).assets.create,
    get: methods.assets.get,
  };
  const upload: Tessera['upload'] = (file, given) => uploadFile(files, file, given);
  const wait: Tessera['waitForGeneration'] = (id, given) =>
    waitFor({ clock, get: methods.generations.get, realtime: liveSocket }, id, given);
  return {
    ...methods,
    upload,
    waitForGeneration: wait,
    run: (tool, params, given = {}) =>
      runTool({ upload, create: methods.generations.create, wait }, tool, params, given),
    connectRealtime(settings) {
      if (realtimeUrl === undefined) throw new TypeError('createTessera was given no realtimeUrl');
      socket = liveSocket() ?? connectRealtime({ ...settings, url: realtimeUrl, token: () => token() });
      return socket;
    },
  };
};
