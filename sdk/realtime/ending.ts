/** How a socket ended, as far as can be known: browsers and Node never tell why a handshake failed. */

/** `lost`: it was open; `replaced`: it was, and the user has too many others. The rest never were: the token is `refused` for sure, or all else. */
export type Ending = 'lost' | 'replaced' | 'refused' | 'unreachable';

/** As in `Unexpected server response: 403` and `Expected HTTP 101 response but was '403 Forbidden'`. */
const saysRefused = /(response|status|code|server|was)\D{0,15}40[13]\b/i;

/** By the message of the error event: React Native and the package ws give a sentence with the status. */
export const failedHandshake = (complaint: unknown): 'refused' | 'unreachable' =>
  typeof complaint === 'string' && saysRefused.test(complaint) ? 'refused' : 'unreachable';
