/** A file sent to storage by a form, with progress: by XMLHttpRequest where there is one, by a counted stream elsewhere. */
import type { CreatedAsset } from '../api/types.ts';
import { TesseraError } from './error.ts';

/** React Native's own: `uri` of the file system, as image pickers give it. */
export interface NativeFile {
  readonly uri: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}
export type UploadFile = Blob | NativeFile;
/** 0 to 1. */
export type OnSent = (fraction: number) => void;

interface FormPost {
  readonly form: CreatedAsset['upload'];
  readonly file: UploadFile;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly onSent: OnSent | undefined;
  readonly fetch: typeof fetch;
}

/** The part of XMLHttpRequest that is used. */
interface Xhr {
  readonly upload: { onprogress: ((event: { readonly loaded: number; readonly total: number }) => void) | null };
  readonly status: number;
  readonly responseText: string;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  send(body: FormData): void;
  abort(): void;
}

const unreachable = (cause?: unknown) =>
  new TesseraError({ type: 'urn:tessera:client:unreachable', title: 'The storage cannot be reached', cause });

/** S3 says why in XML. */
const checked = (status: number, text: string): void => {
  if (status >= 200 && status < 300) return;
  const detail = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? String(status);
  throw new TesseraError({
    type: 'urn:tessera:client:upload-failed',
    title: 'The storage did not take the file',
    status,
    detail,
  });
};

const formData = ({ form, file, name }: FormPost): FormData => {
  const data = new FormData();
  for (const [field, value] of Object.entries(form.fields)) data.append(field, value);
  if (file instanceof Blob) data.append('file', file, name);
  // React Native reads the file itself when it sends the form.
  else data.append('file', file as unknown as Blob);
  return data;
};

const byXhr = (xhr: Xhr, post: FormPost): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    xhr.upload.onprogress = ({ loaded, total }) => post.onSent?.(total > 0 ? loaded / total : 0);
    xhr.onload = () => resolve();
    xhr.onerror = () => reject(unreachable());
    xhr.onabort = () => reject(unreachable());
    post.signal.addEventListener('abort', () => xhr.abort());
    xhr.open('POST', post.form.url);
    xhr.send(formData(post));
  }).then(() => checked(xhr.status, xhr.responseText));

const quoted = (text: string): string => text.replace(/["\r\n]/g, (character) => encodeURIComponent(character));

/** The form's bytes: S3 takes no body whose length is not told, and FormData does not tell it. */
const encoded = ({ form, name }: FormPost, file: Blob): { readonly body: Blob; readonly type: string } => {
  const boundary = `tessera-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  const disposition = (field: string) => `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(field)}"`;
  const fields = Object.entries(form.fields).map(([field, value]) => `${disposition(field)}\r\n\r\n${value}\r\n`);
  const head = `${disposition('file')}; filename="${quoted(name)}"\r\ncontent-type: ${file.type}\r\n\r\n`;
  return {
    body: new Blob([...fields, head, file, `\r\n--${boundary}--\r\n`]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
};

const counted = (body: Blob, onSent: OnSent): ReadableStream<Uint8Array> => {
  let sent = 0;
  return body.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
        onSent(sent / body.size);
      },
    }),
  );
};

const byFetch = async (post: FormPost): Promise<void> => {
  const { form, file, signal, onSent } = post;
  const init = (): RequestInit & { readonly duplex?: 'half' } => {
    if (!onSent || !(file instanceof Blob)) return { body: formData(post) };
    const { body, type } = encoded(post, file);
    const headers = { 'content-type': type, 'content-length': String(body.size) };
    return { body: counted(body, onSent), headers, duplex: 'half' };
  };
  const response = await post.fetch(form.url, { method: 'POST', signal, ...init() }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  checked(response.status, await response.text());
};

export const postForm = (post: FormPost): Promise<void> => {
  const { XMLHttpRequest } = globalThis as unknown as { readonly XMLHttpRequest?: new () => Xhr };
  return XMLHttpRequest ? byXhr(new XMLHttpRequest(), post) : byFetch(post);
};
