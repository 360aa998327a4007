/** What a provider said, as operators see it: without keys, without addresses, and not much of it. */

const maxQuoted = 300;

/** Also as they stand in JSON or inside another address. A presigned one opens what it names, and a callback's is a secret. */
const address = /(?:[a-z][a-z0-9+.-]{0,20}(?::|%3a)(?:\\{0,8}\/|%2f){2}|\bdata:)[^\s"'<>]*/gi;

/** Some answers repeat the request, and `fetch` shows a header that it refuses. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text);

/** Answers repeat requests: a user's words, and the addresses that a request has. */
export const quoted = (text: string): string => text.replaceAll(address, '[url]').slice(0, maxQuoted);

/** In words and not as it is: an SDK that sees a network error's code asks again, and some errors hold the request with its key. */
export const inWords = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? `${error} (${inWords(error.cause)})` : String(error);
