/**
 * Brings what a provider made into the outputs bucket. Files in memory are checked whole; those that lie with the provider are
 * fetched, known by their first bytes before anything is written, and passed on as they come.
 */
import { createHash } from 'node:crypto';
import { type PublicHttp, PublicHttpError } from '#shared/net/public-http.ts';
import type { Owner } from '#shared/owner.ts';
import type { JobOutput } from '../domain/job-events.ts';
import { type CheckedOutput, checkOutput, maxOutputBytes } from '../media/check-output.ts';
import { headBytes, isText, typeFor } from '../media/output-type.ts';
import { sizeByHead, type Thumbnail } from '../media/picture.ts';
import { failureOf, malformed, unanswered } from '../providers/http-failure.ts';
import { maxInlineBytes, maxOutputs, type ProducedFile, type RemoteFile } from '../providers/provider.ts';
import { type OutputFiles, outputKey, thumbnailKey } from './outputs.ts';

export interface StoreOutputsDeps {
  readonly outputs: Pick<OutputFiles, 'put'>;
  readonly fetchPublic: PublicHttp['fetchPublic'];
}

export interface StoreRequest {
  readonly owner: Owner;
  /** Below the owner's outputs. */
  readonly folder: string;
  /** What the tool promises. */
  readonly kind: JobOutput['kind'];
  readonly signal: AbortSignal;
  /** Told of every key before it is written. */
  readonly onStore: (key: string) => void;
  /** @throws ProviderError for JSON that is not what the tool promises. */
  readonly checkJson?: (value: unknown) => void;
}

/** @throws ProviderError for files that cannot be used or fetched, or whatever broke on the way. */
export type StoreOutputs = (files: readonly ProducedFile[], request: StoreRequest) => Promise<JobOutput[]>;

/** One file's place. */
interface Place extends StoreRequest {
  readonly index: number;
}

/** The most that a socket gives at a time, so that the piece that shows a body to be too large still fits. */
const maxPieceBytes = 64 * 1024;
/** Where a picture's size stands, behind whatever a camera wrote before it. */
const pictureHeadBytes = 1024 * 1024;
const maxTitle = 200;

const about = ({ title, durationSeconds }: ProducedFile): Pick<JobOutput, 'title' | 'durationSeconds'> => ({
  ...(title ? { title: title.slice(0, maxTitle) } : {}),
  ...(durationSeconds !== undefined && durationSeconds >= 0 && Number.isFinite(durationSeconds)
    ? { durationSeconds }
    : {}),
});

const storeThumbnail = async (
  { outputs }: StoreOutputsDeps,
  { bytes, width, height }: Thumbnail,
  { owner, folder, index, onStore }: Place,
): Promise<JobOutput['thumbnail']> => {
  const key = thumbnailKey(owner, folder, index);
  onStore(key);
  await outputs.put(key, { contentType: 'image/webp', bytes });
  return { key, bytes: bytes.length, width, height };
};

const storeChecked = async (
  deps: StoreOutputsDeps,
  { thumbnail, ...facts }: CheckedOutput,
  bytes: Uint8Array,
  place: Place,
): Promise<JobOutput> => {
  const { owner, folder, index, onStore, checkJson } = place;
  if (facts.kind === 'json') checkJson?.(JSON.parse(Buffer.from(bytes).toString()));
  const key = outputKey(owner, folder, index, facts.contentType);
  onStore(key);
  await deps.outputs.put(key, { contentType: facts.contentType, bytes });
  const small = thumbnail && (await storeThumbnail(deps, thumbnail, place));
  return { ...facts, key, ...(small ? { thumbnail: small } : {}) };
};

/** A body as far as it has been read. */
interface Begun {
  readonly pieces: Uint8Array[];
  readonly rest: AsyncIterator<Uint8Array>;
  bytes: number;
  isWhole: boolean;
}

/** Reads on until there are more bytes than these, or no more come. */
const readOn = async (begun: Begun, bytes: number): Promise<void> => {
  while (!begun.isWhole && begun.bytes <= bytes) {
    const next = await begun.rest.next();
    if (next.done) begun.isWhole = true;
    else {
      begun.pieces.push(next.value);
      begun.bytes += next.value.length;
    }
  }
};

/** All of the body; what has been handed on is let go of. */
async function* drain({ pieces, rest, isWhole }: Begun, onPiece: (piece: Uint8Array) => void) {
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    onPiece(piece);
    yield piece;
  }
  for (let next = isWhole ? undefined : await rest.next(); next && !next.done; next = await rest.next()) {
    onPiece(next.value);
    yield next.value;
  }
}

const passOn = async (
  { outputs }: StoreOutputsDeps,
  begun: Begun,
  facts: Pick<JobOutput, 'kind' | 'contentType' | 'width' | 'height'>,
  { owner, folder, index, onStore }: Place,
): Promise<JobOutput> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = drain(begun, (piece) => {
    hash.update(piece);
    bytes += piece.length;
  });
  const key = outputKey(owner, folder, index, facts.contentType);
  onStore(key);
  await outputs.put(key, { contentType: facts.contentType, bytes: counted });
  return { ...facts, bytes, sha256: hash.digest('hex'), key };
};

/** What a fetch that failed says of the job: the file was made, and may well be there the next time. */
const fetchFailure = (error: PublicHttpError): Error => {
  switch (error.fault) {
    case 'unanswered':
    case 'too-slow':
      return unanswered(error);
    case 'refused':
    case 'too-large':
      return malformed(error);
    case 'status': {
      const { status = 0 } = error;
      if (status >= 500) return unanswered(error);
      return status === 429 ? failureOf({ status, cause: error }) : malformed(error);
    }
  }
};

const storeBody = async (
  deps: StoreOutputsDeps,
  begun: Begun,
  announced: number | undefined,
  place: Place,
): Promise<JobOutput> => {
  const { kind } = place;
  await readOn(begun, headBytes);
  if (begun.bytes === 0) throw malformed('0 bytes');
  const contentType = await typeFor(kind, Buffer.concat(begun.pieces));
  if (kind === 'image' || isText(kind)) {
    const limit = announced === undefined ? maxInlineBytes - maxPieceBytes : maxInlineBytes;
    if (announced === undefined || announced <= limit) await readOn(begun, limit);
    if (begun.isWhole) {
      const bytes = Buffer.concat(begun.pieces);
      return storeChecked(deps, await checkOutput({ kind, contentType, bytes }, kind), bytes, place);
    }
    if (isText(kind)) throw malformed(`${kind} of more than ${maxInlineBytes} bytes`);
  }
  if (kind !== 'image') return passOn(deps, begun, { kind, contentType }, place);
  await readOn(begun, pictureHeadBytes);
  const size = await sizeByHead(Buffer.concat(begun.pieces, Math.min(begun.bytes, pictureHeadBytes)));
  return passOn(deps, begun, { kind, contentType, ...size }, place);
};

const storeRemote = async (deps: StoreOutputsDeps, { url }: RemoteFile, place: Place): Promise<JobOutput> => {
  try {
    const { bytes, contentLength } = await deps.fetchPublic(url, { signal: place.signal, maxBytes: maxOutputBytes });
    const rest = bytes[Symbol.asyncIterator]();
    try {
      return await storeBody(deps, { pieces: [], rest, bytes: 0, isWhole: false }, contentLength, place);
    } finally {
      await rest.return?.();
    }
  } catch (error) {
    throw error instanceof PublicHttpError ? fetchFailure(error) : error;
  }
};

/** One after the other, so that no two lie in memory. A file that is stored twice is stored under the same key. */
export const storeOutputs =
  (deps: StoreOutputsDeps): StoreOutputs =>
  async (files, request) => {
    if (files.length === 0 || files.length > maxOutputs) throw malformed(`${files.length} files`);
    const stored: JobOutput[] = [];
    for (const [index, file] of files.entries()) {
      const place = { ...request, index };
      if (file.kind !== request.kind) throw malformed(`${file.kind} instead of ${request.kind}`);
      const one =
        'url' in file
          ? await storeRemote(deps, file, place)
          : await storeChecked(deps, await checkOutput(file, request.kind), file.bytes, place);
      stored.push({ ...one, ...about(file) });
    }
    return stored;
  };
