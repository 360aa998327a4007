/** A provider's API key: it goes into a header, and nowhere else. */
import * as z from 'zod';

/** A character that no header takes would be refused by fetch in a message that shows the whole key. */
export const apiKey = z.string().regex(/^[\x21-\x7e]{1,512}$/, 'must be printable, without spaces');

const maxWords = 1_000;

/** What a provider said, for operators: some echo the key that they refuse, and some answer with whole pages. */
export const withoutKey = (words: string, key: string): string => words.replaceAll(key, '[key]').slice(0, maxWords);
