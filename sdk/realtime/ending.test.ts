import { expect, test } from '@jest/globals';
import { failedHandshake } from './ending.ts';

test.each<[string, unknown, string]>([
  ['the package ws', 'Unexpected server response: 403', 'refused'],
  ['Android', "Expected HTTP 101 response but was '401 Unauthorized'", 'refused'],
  ['iOS', 'Received bad response code from server: 403.', 'refused'],
  ['the package ws, failing server', 'Unexpected server response: 500', 'unreachable'],
  ['Android, failing server', "Expected HTTP 101 response but was '503 Service Unavailable'", 'unreachable'],
  ['the package ws, no server', 'connect ECONNREFUSED 127.0.0.1:4031', 'unreachable'],
  ['iOS, no network', 'The Internet connection appears to be offline.', 'unreachable'],
  ['browsers', undefined, 'unreachable'],
  ['browsers, empty', '', 'unreachable'],
  ['Node', 'Received network error or non-101 status code.', 'unreachable'],
])('what %s says of a handshake that failed', (_who, complaint, ending) => {
  expect(failedHandshake(complaint)).toBe(ending);
});
