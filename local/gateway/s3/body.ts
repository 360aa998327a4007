/** The body of an upload: taken out of the chunks it came in, and checked against the checksums sent with it. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../answer.ts';
import type { Call } from '../call.ts';

type Algorithm = 'CRC32' | 'SHA1' | 'SHA256';

export interface UploadedBody {
  readonly body: Buffer;
  readonly checksum?: { readonly algorithm: Algorithm; readonly value: string };
}

function decodeChunks(payload: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = payload.indexOf('\r\n', at);
    const size = end < 0 ? Number.NaN : Number.parseInt(payload.toString('latin1', at, end), 16);
    if (Number.isNaN(size) || end + 2 + size > payload.length)
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly.');
    if (size === 0) {
      const lines = payload
        .toString('latin1', end + 2)
        .split('\r\n')
        .filter((line) => line.includes(':'));
      const trailers = lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]);
      return { body: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
    }
    chunks.push(payload.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function crc32Base64(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

const checksums: readonly [Algorithm, string, (body: Buffer) => string][] = [
  ['CRC32', 'x-amz-checksum-crc32', crc32Base64],
  ['SHA1', 'x-amz-checksum-sha1', (body) => createHash('sha1').update(body).digest('base64')],
  ['SHA256', 'x-amz-checksum-sha256', (body) => createHash('sha256').update(body).digest('base64')],
];

/** @throws AwsError when a checksum that was sent, perhaps in a presigned URL, is not that of the body. */
export function uploadedBody({ payload, headers, query }: Call): UploadedBody {
  const chunked = headers['content-encoding']?.includes('aws-chunked');
  const { body, trailers } = chunked
    ? decodeChunks(payload)
    : { body: payload, trailers: {} as Record<string, string> };
  const md5 = headers['content-md5'];
  if (md5 && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  for (const [algorithm, name, compute] of checksums) {
    const value = trailers[name] ?? headers[name] ?? query.get(name);
    if (!value) continue;
    if (value !== compute(body))
      throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    return { body, checksum: { algorithm, value } };
  }
  return { body };
}
