/** A provider's API key: it goes into a header, and nowhere else. */
import * as z from 'zod';

/** A character that no header takes would be refused by fetch in a message that shows the whole key. */
export const apiKey = z.string().regex(/^[\x21-\x7e]{1,512}$/, 'must be printable, without spaces');
