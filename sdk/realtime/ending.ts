/** How a socket ended, as far as can be known: browsers and Node never tell why a handshake failed. */

/** `lost`: it was open. The others never were. `unreachable`: surely not the token's fault. `unknown`: perhaps. */
export type Ending = 'lost' | 'refused' | 'unreachable' | 'unknown';

const saysNothing = /non-101|expected 101/i;
/** As in `Unexpected server response: 403` and `Expected HTTP 101 response but was '403 Forbidden'`. */
const saysRefused = /(response|status|code|server|was)\D{0,15}40[13]\b/i;

/** By the message of the error event: React Native and the package ws give a sentence with the status. */
export const failedHandshake = (complaint: unknown): Ending => {
  if (typeof complaint !== 'string' || complaint === '' || saysNothing.test(complaint)) return 'unknown';
  return saysRefused.test(complaint) ? 'refused' : 'unreachable';
};
