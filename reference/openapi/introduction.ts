/** What the document says before its operations. */
export const introduction = `One API for every app of a deployment. A user is given or buys credits, runs a tool, and gets the result.

**Callers.** Routes for users take the access token of the app's identity provider; its issuer tells which app it is. Routes for admins take such a token of a user with the role \`admin\`, or an admin key. Whatever belongs to another user or another app is 404.

**Errors** are \`application/problem+json\` (RFC 9457). Tell them apart by \`type\`. API Gateway itself answers 404 to an unknown path and 429 to a flood, with a body of its own: \`{"message": …}\`.

**Repetitions.** Send an \`Idempotency-Key\` with every act, and the same key with every repetition: it is done once.

**Lists** take \`limit\` and \`cursor\` and answer \`{data, next_cursor}\`. Go on while there is a cursor; a page may be short.

**Values.** Times are ISO 8601 in UTC. Credits are whole numbers, amounts whole numbers of the currency's smallest unit. Unknown fields in a request are refused. A body is 256 KB at most.

**Versions.** Everything under \`/v1\` stays as it is; replies may get more fields, and lists of words may get more words.`;
