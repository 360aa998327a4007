/** Reads a browser's upload form piece by piece: the fields first, then the file as it comes, so that nothing too large is ever held. */
import { AwsError } from '../answer.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html */
const maxFieldBytes = 20 * 1024;
/** A refused upload is read to its end, so that the client reads the answer; beyond this the connection is cut. */
const maxDiscardedBytes = 64 * 1024 * 1024;

export interface UploadForm {
  /** Names in lower-case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  /** The file's bytes. */
  file(): AsyncGenerator<Buffer>;
  /** Reads what is left and forgets it; false when it is too much. */
  discard(): Promise<boolean>;
}

const malformed = () =>
  new AwsError('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');

export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** A growing window on a stream. */
function window(stream: AsyncIterable<Buffer>) {
  const chunks = stream[Symbol.asyncIterator]();
  let held = Buffer.from('\r\n');
  let ended = false;
  return {
    async more(): Promise<boolean> {
      if (ended) return false;
      const { value, done } = await chunks.next();
      if (done) ended = true;
      else held = Buffer.concat([held, value]);
      return !ended;
    },
    find: (mark: Buffer) => held.indexOf(mark),
    get length() {
      return held.length;
    },
    take(bytes: number): Buffer {
      const taken = held.subarray(0, bytes);
      held = held.subarray(bytes);
      return taken;
    },
  };
}

type Window = ReturnType<typeof window>;

/** What comes before the mark, which is dropped. */
async function until(source: Window, mark: Buffer): Promise<Buffer> {
  for (;;) {
    const at = source.find(mark);
    if (at >= 0) {
      const found = source.take(at);
      source.take(mark.length);
      return found;
    }
    if (source.length > maxFieldBytes) {
      throw new AwsError(
        'MaxPostPreDataLengthExceeded',
        'Your POST request fields preceding the upload file were too large.',
      );
    }
    if (!(await source.more())) throw malformed();
  }
}

async function* bytesUntil(source: Window, mark: Buffer): AsyncGenerator<Buffer> {
  for (;;) {
    const at = source.find(mark);
    if (at >= 0) {
      yield source.take(at);
      return;
    }
    // The mark may lie across two chunks.
    if (source.length > mark.length) yield source.take(source.length - mark.length);
    if (!(await source.more())) throw malformed();
  }
}

const attribute = (headers: string, name: string) => new RegExp(`[; ]${name}="([^"]*)"`, 'i').exec(headers)?.[1];

/** @throws AwsError when the body is no such form or its fields are too long. */
export async function readForm(stream: AsyncIterable<Buffer>, boundary: string): Promise<UploadForm> {
  const source = window(stream);
  const mark = Buffer.from(`\r\n--${boundary}`);
  const blankLine = Buffer.from('\r\n\r\n');
  const fields = new Map<string, string>();
  let bytes = 0;
  await until(source, mark);
  for (;;) {
    const headers = (await until(source, blankLine)).toString();
    // `--` after the last boundary: the form has no file.
    if (headers.startsWith('--'))
      throw new AwsError('InvalidArgument', 'POST requires exactly one file upload per request.');
    const name = attribute(headers, 'name')?.toLowerCase();
    if (name === undefined) throw malformed();
    if (name === 'file') {
      const fileName = (attribute(headers, 'filename') ?? '').split(/[/\\]/).pop() ?? '';
      return { fields, fileName, file: () => bytesUntil(source, mark), discard: () => discard(source) };
    }
    const value = await until(source, mark);
    bytes += value.length + name.length;
    if (bytes > maxFieldBytes) {
      throw new AwsError(
        'MaxPostPreDataLengthExceeded',
        'Your POST request fields preceding the upload file were too large.',
      );
    }
    fields.set(name, value.toString());
  }
}

async function discard(source: Window): Promise<boolean> {
  let discarded = 0;
  do {
    discarded += source.take(source.length).length;
    if (discarded > maxDiscardedBytes) return false;
  } while (await source.more());
  return true;
}
