/** What a client says; or what is wrong with it, field by field as the API says it. */
import { errorsOf, plainWords } from '#shared/http/request.ts';
import { type SocketRequest, socketRequest } from '../contracts.ts';

export interface NoRequest {
  readonly action: 'none';
  readonly detail: string;
}

/** Far more than any request has. */
const maxBody = 1_000;
const maxDetail = 500;

const none = (detail: string): NoRequest => ({ action: 'none', detail });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const requestOf = (body: string): SocketRequest | NoRequest => {
  if (body.length > maxBody) return none(`This is no request: it has more than ${maxBody} characters.`);
  const said = jsonOf(body);
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    return none('This is no request: it is not a JSON object.');
  const { data, error } = socketRequest.safeParse(said, plainWords);
  if (data) return data;
  // A message has no parts, so that the pointer begins at its fields.
  const faults = errorsOf('', error).map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  return none(`This is no request: ${faults.join('; ')}`.slice(0, maxDetail));
};
