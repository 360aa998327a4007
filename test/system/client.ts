/** A user of an app, as the tests and the demo play one: real HTTP requests with a real access token. */
import { randomUUID } from 'node:crypto';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Upload {
  readonly url: string;
  readonly fields: Record<string, string>;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
}

/** Calls the API at `baseUrl` with this token, or with none. */
export const apiClient = (baseUrl: string, token?: string) => {
  const call = async <Body = Record<string, unknown>>(
    path: string,
    { method = 'GET', headers = {}, body }: RequestOptions = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : { text }) as Body,
    };
  };
  return {
    call,
    get: <Body = Record<string, unknown>>(path: string) => call<Body>(path),
    post: <Body = Record<string, unknown>>(path: string, body?: unknown, headers: Record<string, string> = {}) =>
      call<Body>(path, { method: 'POST', body, headers }),
    /** Runs a tool. The same `key` is the same job. */
    generate: (request: unknown, key: string = randomUUID()) =>
      call<{ id: string; status: string; cost_credits: number; remaining_credits: number }>('/v1/generations', {
        method: 'POST',
        body: request,
        headers: { 'idempotency-key': key },
      }),
  };
};

export type ApiClient = ReturnType<typeof apiClient>;

/** Sends a file to storage by the form that `POST /v1/assets` gave. */
export const sendFile = async (
  { url, fields }: Upload,
  file: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Response> => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file], { type: contentType }), 'file');
  return fetch(url, { method: 'POST', body: form });
};

/** Asks for an upload and sends the file. Whether the file was good shows once the account is drained. */
export const uploadAsset = async (
  client: ApiClient,
  file: Uint8Array<ArrayBuffer>,
  contentType = 'image/jpeg',
): Promise<{ readonly id: string; readonly sent: Response }> => {
  const { status, body } = await client.post<{ id: string; upload: Upload }>('/v1/assets', {
    content_type: contentType,
    bytes: Math.min(file.byteLength, 10 * 1024 * 1024),
  });
  if (status !== 201) throw new Error(`POST /v1/assets answered ${status}: ${JSON.stringify(body)}`);
  return { id: body.id, sent: await sendFile(body.upload, file, contentType) };
};
