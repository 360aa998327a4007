/** What a demo's user does: uploads a photo, runs a tool and watches it, downloads what came of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { type ApiClient, uploadAsset } from '../system/client.ts';
import type { Stack, User } from '../system/stack.ts';
import type { DemoOptions } from './options.ts';

/** Prints one step. */
export type Say = (step: string, detail?: string) => void;

/** A user on the stack, and somebody who watches. */
export interface Visit {
  readonly stack: Stack;
  readonly user: User;
  readonly say: Say;
}
export interface Demo extends Visit {
  readonly options: DemoOptions;
}

export interface Output {
  readonly kind: string;
  readonly url: string;
  readonly content_type: string;
  readonly title: string | null;
  readonly duration_seconds: number | null;
}
export interface Job {
  readonly id: string;
  readonly status: string;
  readonly cost_credits: number;
  readonly error: { readonly message: string } | null;
  readonly outputs: readonly Output[];
}

/** A check that did not hold: the demo has failed, and this is why. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

export const ensure: (holds: boolean, why: string) => asserts holds = (holds, why) => {
  if (!holds) throw new CheckFailed(why);
};

export const read = async <Body>(api: ApiClient, path: string): Promise<Body> => {
  const { status, body } = await api.get<Body>(path);
  ensure(status === 200, `GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
};

export const create = async <Body>(api: ApiClient, path: string, content: object): Promise<Body> => {
  const { status, body } = await api.post<Body>(path, content);
  ensure(status === 201, `POST ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
};

/** Asks again until it is as wished, as a client would; a minute at most. */
export const poll = async <Value>(
  ask: () => Promise<Value>,
  isDone: (value: Value) => boolean,
  what: string,
): Promise<Value> => {
  for (const endsAt = Date.now() + 60_000; Date.now() < endsAt; await wait(100)) {
    const value = await ask();
    if (isDone(value)) return value;
  }
  throw new CheckFailed(`${what} took more than a minute`);
};

const kilobytes = (bytes: Uint8Array): string => `${Math.ceil(bytes.length / 1_024).toLocaleString('en')} KB`;

export const upload = async ({ user: { api }, options, say }: Demo): Promise<string> => {
  const { photo, photoName } = options;
  const type = await fileTypeFromBuffer(photo);
  ensure(type !== undefined, `${photoName} is not a picture`);
  const { width, height } = await sharp(photo).metadata();
  say('photo', `${photoName}: ${width} × ${height}, ${kilobytes(photo)} ${type.mime}`);
  const { id, sent } = await uploadAsset(api, photo, type.mime);
  ensure(sent.ok, `storage refused the file: ${sent.status} ${await sent.text()}`);
  const ask = () => read<{ status: string; reason: string | null }>(api, `/v1/assets/${id}`);
  const asset = await poll(ask, ({ status }) => status !== 'awaiting_upload', 'checking the upload');
  ensure(asset.status === 'ready', `the upload was rejected: ${asset.reason}`);
  say('uploaded', `${id}, checked by its content`);
  return id;
};

export interface Run {
  readonly tool: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly string[];
  readonly prompt_id?: string;
}

const shown = (params: object): string => {
  const text = JSON.stringify(params);
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
};

/** Runs the tool and tells every status on the way. */
export const run = async ({ user: { api }, say }: Demo, request: Run): Promise<Job> => {
  const { status, body } = await api.generate(request);
  ensure(status === 202, `POST /v1/generations answered ${status}: ${JSON.stringify(body)}`);
  const { tool, params = {} } = request;
  say('accepted', `${tool} ${shown(params)}: costs ${body.cost_credits}, ${body.remaining_credits} left`);
  const job = await poll(
    () => read<Job>(api, `/v1/generations/${body.id}`),
    (one) => ['completed', 'failed', 'cancelled'].includes(one.status),
    'the job',
  );
  const trail = await read<{ data: { type: string; at: string }[] }>(api, `/v1/generations/${body.id}/events`);
  const startedAt = Date.parse(trail.data[0]?.at ?? '');
  for (const { type, at } of trail.data) say('', `${`+${Date.parse(at) - startedAt} ms`.padStart(9)}  ${type}`);
  ensure(job.status === 'completed', `the job ${job.status}: ${job.error?.message}`);
  return job;
};

const endings: Readonly<Record<string, string>> = { jpeg: 'jpg', plain: 'txt' };

/** Fetches every output, sees that it is what it says, and writes it. Answers the first one's bytes. */
export const download = async ({ options, say }: Demo, job: Job): Promise<Buffer> => {
  const files: Buffer[] = [];
  for (const [index, output] of job.outputs.entries()) {
    const response = await fetch(output.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    ensure(response.ok, `the output's URL answered ${response.status}`);
    const isText = output.kind === 'text' || output.kind === 'json';
    const type = isText ? output.content_type : (await fileTypeFromBuffer(bytes))?.mime;
    ensure(type === output.content_type, `the output is ${type}, not ${output.content_type}`);
    const [, ending = 'bin'] = output.content_type.split('/');
    const file = join(options.out, `${job.id}-${index}.${endings[ending] ?? ending}`);
    await writeFile(file, bytes);
    const about = [
      output.title,
      output.duration_seconds && `${output.duration_seconds} s`,
      output.kind === 'image' && (await sizeOf(bytes)),
      kilobytes(bytes),
    ];
    say('downloaded', `${file}: ${about.filter(Boolean).join(', ')}`);
    files.push(bytes);
  }
  const [first] = files;
  ensure(first !== undefined, 'the job has no output');
  return first;
};

const sizeOf = async (bytes: Buffer): Promise<string> => {
  const { width, height } = await sharp(bytes).metadata();
  await sharp(bytes).stats();
  return `${width} × ${height}`;
};

/** As a reader would see it, at the size of a stamp. */
const seen = (picture: Uint8Array): Promise<Buffer> =>
  sharp(picture).rotate().resize(32, 32, { fit: 'fill' }).removeAlpha().raw().toBuffer();

export const ensureChanged = async ({ options }: Demo, picture: Buffer): Promise<void> =>
  ensure(!(await seen(options.photo)).equals(await seen(picture)), 'the output looks as the input does');
