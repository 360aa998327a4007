/** Answers that clients may keep: a client that still holds the newest one is told so instead of being sent it again. */
import { createHash } from 'node:crypto';

/** A strong tag of the content: the same JSON gives the same tag. */
export const entityTag = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;

/** Whether `If-None-Match` names the tag. Compared weakly, as RFC 9110 section 13.1.2 asks: `W/` does not count. */
export const holdsTag = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' ||
    ifNoneMatch.split(',', 50).some((candidate) => candidate.trim().replace(/^W\//, '') === tag));

/** 200 with the body, or 304 when the client holds it. Lists of tags are read up to the 50th. */
export const cacheableReply = <Body>(
  { headers, maxAgeSeconds }: { headers: Readonly<Record<string, string | undefined>>; maxAgeSeconds: number },
  body: Body,
) => {
  const etag = entityTag(body);
  const kept = { etag, 'cache-control': `public, max-age=${maxAgeSeconds}` };
  return holdsTag(headers['if-none-match'], etag)
    ? ({ status: 304, body: undefined, headers: kept } as const)
    : ({ status: 200, body, headers: kept } as const);
};
