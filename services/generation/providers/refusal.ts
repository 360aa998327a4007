/** An answer that is no success, as operators see it. */
import { quoted } from './quoted.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: Headers;
  /** Private, since a log shows every other field of an error. */
  readonly #text: string;

  /** `text`: its body, or what the limit leaves of it, without secrets. */
  constructor(status: number, headers: Headers, text: string) {
    super(`HTTP ${status}: ${quoted(text)}`);
    this.status = status;
    this.headers = headers;
    this.#text = text;
  }

  /** Its body as JSON, whole; nothing when it is none. */
  json(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch {
      return undefined;
    }
  }
}
