/** What `npm run demo` is told. */
import { mkdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fileTypeFromBuffer } from 'file-type';
import { makePhoto } from '../system/photo.ts';
import { type DemoApp, shows } from './shows.ts';

export interface DemoOptions {
  readonly does: 'tools';
  readonly app: DemoApp;
  /** Folder for the output files. */
  readonly out: string;
  readonly photo: Uint8Array<ArrayBuffer>;
  readonly photoName: string;
}
export interface BuyingOptions {
  readonly does: 'buying';
  readonly app: DemoApp;
}

const apps = Object.keys(shows);

export const usage = `npm run demo -- [options]
  --app ID      ${apps.join(' | ')} (default sparky)
  --buy         buys what the app sells, gives money back, and runs no tool
  --photo FILE  a JPEG, PNG, WebP or GIF of at most 10 MB (default: one is made)
  --out DIR     where the outputs are written (default demo-out)`;

const isShown = (app: string): app is DemoApp => Object.hasOwn(shows, app);

/** @throws Error with one line that says what is wrong. */
export const readOptions = async (args: readonly string[]): Promise<DemoOptions | BuyingOptions | 'help'> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      app: { type: 'string', default: 'sparky' },
      photo: { type: 'string' },
      out: { type: 'string', default: 'demo-out' },
      buy: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { app, out } = values;
  if (!isShown(app)) throw new Error(`there is no demo of "${app}": choose ${apps.join(' or ')}`);
  if (values.buy) return { does: 'buying', app };
  const photo =
    values.photo === undefined
      ? await makePhoto({ width: 1600, height: 1200, seed: 7 })
      : Uint8Array.from(await readPhoto(values.photo));
  if (!(await fileTypeFromBuffer(photo))?.mime.startsWith('image/'))
    throw new Error(`${values.photo} is not a picture`);
  await makeFolder(out);
  return { does: 'tools', app, out, photo, photoName: values.photo ?? 'a photo made for this run' };
};

/** One level only: Node's recursive mkdir never ends below /proc. */
const makeFolder = (folder: string): Promise<void> =>
  mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new Error(`the folder ${folder} cannot be made: ${error.message}`);
  });

const readPhoto = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${error.message}`);
  });
