/** The demo's journey: sign up, upload, run a tool, watch it, download, and check everything against the ledger. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { type ApiClient, uploadAsset } from '../system/client.ts';
import type { Stack, User } from '../system/stack.ts';
import { type DemoOptions, demoRun } from './options.ts';

/** Prints one step. */
export type Say = (step: string, detail?: string) => void;

interface Credits {
  readonly available: number;
  readonly held: number;
  readonly spent: number;
}
interface Output {
  readonly url: string;
  readonly content_type: string;
}
interface Job {
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

const ensure: (holds: boolean, why: string) => asserts holds = (holds, why) => {
  if (!holds) throw new CheckFailed(why);
};

const read = async <Body>(api: ApiClient, path: string): Promise<Body> => {
  const { status, body } = await api.get<Body>(path);
  ensure(status === 200, `GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
};

/** Asks again until it is as wished, as a client would; a minute at most. */
const poll = async <Value>(
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

const upload = async ({ api }: User, { photo, photoName }: DemoOptions, say: Say): Promise<string> => {
  const type = await fileTypeFromBuffer(photo);
  ensure(type !== undefined, `${photoName} is not a picture`);
  const { width, height } = await sharp(photo).metadata();
  say(
    'photo',
    `${photoName}: ${width} × ${height}, ${Math.ceil(photo.length / 1_024).toLocaleString('en')} KB ${type.mime}`,
  );
  const { id, sent } = await uploadAsset(api, photo, type.mime);
  ensure(sent.ok, `storage refused the file: ${sent.status} ${await sent.text()}`);
  const ask = () => read<{ status: string; reason: string | null }>(api, `/v1/assets/${id}`);
  const asset = await poll(ask, ({ status }) => status !== 'awaiting_upload', 'checking the upload');
  ensure(asset.status === 'ready', `the upload was rejected: ${asset.reason}`);
  say('uploaded', `${id}, checked by its content`);
  return id;
};

/** Runs the tool and tells every status on the way. */
const run = async ({ api }: User, { app }: DemoOptions, asset: string, say: Say): Promise<Job> => {
  const { tool, params } = demoRun[app as keyof typeof demoRun];
  const { status, body } = await api.generate({ tool, params, inputs: [asset] });
  ensure(status === 202, `POST /v1/generations answered ${status}: ${JSON.stringify(body)}`);
  say('accepted', `${tool} ${JSON.stringify(params)}: costs ${body.cost_credits}, ${body.remaining_credits} left`);
  await poll(
    () => read<Job>(api, `/v1/generations/${body.id}`),
    (job) => ['completed', 'failed', 'cancelled'].includes(job.status),
    'the job',
  );
  const job = await read<Job>(api, `/v1/generations/${body.id}`);
  const trail = await read<{ data: { type: string; at: string }[] }>(api, `/v1/generations/${body.id}/events`);
  const startedAt = Date.parse(trail.data[0]?.at ?? '');
  for (const { type, at } of trail.data) say('', `${`+${Date.parse(at) - startedAt} ms`.padStart(9)}  ${type}`);
  ensure(job.status === 'completed', `the job ${job.status}: ${job.error?.message}`);
  return job;
};

const download = async (job: Job, { out, photo }: DemoOptions, say: Say): Promise<void> => {
  const [output] = job.outputs;
  ensure(output !== undefined, 'the job has no output');
  const response = await fetch(output.url);
  const bytes = Buffer.from(await response.arrayBuffer());
  ensure(response.ok, `the output's URL answered ${response.status}`);
  const { width, height } = await sharp(bytes).metadata();
  await sharp(bytes).stats();
  ensure(!bytes.equals(photo), 'the output is the input');
  const before = await sharp(photo).rotate().resize(32, 32, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const after = await sharp(bytes).rotate().resize(32, 32, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  ensure(!before.equals(after), 'the output looks as the input does');
  const file = join(out, `${job.id}.${output.content_type.split('/')[1]?.replace('jpeg', 'jpg')}`);
  await writeFile(file, bytes);
  say('downloaded', `${file}: ${width} × ${height}, ${Math.ceil(bytes.length / 1_024).toLocaleString('en')} KB`);
};

const showLedger = async ({ api }: User, say: Say): Promise<void> => {
  const { data } = await read<{ data: { type: string; amount: number; balance_after: number; tool: string | null }[] }>(
    api,
    '/v1/credits/transactions',
  );
  say('ledger', 'type        amount  balance');
  for (const { type, amount, balance_after, tool } of data.toReversed())
    say('', `${type.padEnd(10)}  ${String(amount).padStart(6)}  ${String(balance_after).padStart(7)}  ${tool ?? ''}`);
};

/** @throws CheckFailed with the reason. */
export const journey = async (stack: Stack, options: DemoOptions, say: Say): Promise<void> => {
  const user = await stack.signUp(options.app);
  const { available: welcome } = await read<Credits>(user.api, '/v1/credits');
  say('signed up', `${user.id} in ${options.app}, ${welcome} welcome credits`);
  const asset = await upload(user, options, say);
  const job = await run(user, options, asset, say);
  await download(job, options, say);

  await stack.account.drain();
  await showLedger(user, say);
  const { available, held, spent } = await read<Credits>(user.api, '/v1/credits');
  ensure(
    available === welcome - job.cost_credits && held === 0 && spent === job.cost_credits,
    `balance ${available}, held ${held}, spent ${spent}: not ${welcome} less ${job.cost_credits}`,
  );
  const { violations, accounts, jobs } = await stack.check();
  ensure(
    violations.length === 0,
    violations.map(({ invariant, stream, what }) => `${invariant} ${stream}: ${what}`).join('; '),
  );
  const events = [...accounts.values(), ...jobs.values()].reduce((sum, stream) => sum + stream.length, 0);
  say(
    'checked',
    `balance ${available} = ${welcome} − ${job.cost_credits}; I1 to I4, I6 and I7 hold over ${events} events`,
  );
};
