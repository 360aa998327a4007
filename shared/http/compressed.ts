/** Large answers go out compressed to whoever takes that: API Gateway's HTTP APIs do not do it by themselves. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { HttpResponse } from './problem.ts';

type ApiHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResponse>;
interface EncodedResponse extends HttpResponse {
  readonly isBase64Encoded?: true;
}

/** Below this, the header costs what the compression saves. */
const minBytes = 1_024;
/** Bodies that are kept compressed, by their entity tags: documents that are the same for everybody. */
const maxKept = 8;

/** `gzip;q=0` refuses it. */
const takesGzip = (accepted = ''): boolean =>
  accepted.split(',', 20).some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+)?\s*$/i.test(coding));

/** Two codings of one body are two representations, which share a weak tag and no strong one (RFC 9110 section 8.8.3.3). */
const weak = (etag: string): string => (etag.startsWith('W/') ? etag : `W/${etag}`);

export const compressed = (handler: ApiHandler) => {
  const kept = new Map<string, string>();
  const pack = async (body: string, etag: string | undefined): Promise<string> => {
    const known = etag === undefined ? undefined : kept.get(etag);
    if (known !== undefined) return known;
    const packed = (await promisify(gzip)(body)).toString('base64');
    if (etag !== undefined && kept.size < maxKept) kept.set(etag, packed);
    return packed;
  };
  return async (event: APIGatewayProxyEventV2, context: Context): Promise<EncodedResponse> => {
    const response = await handler(event, context);
    const headers = { ...response.headers, vary: 'accept-encoding' };
    if (Buffer.byteLength(response.body) < minBytes || !takesGzip(event.headers['accept-encoding']))
      return { ...response, headers };
    const { etag } = response.headers;
    return {
      ...response,
      headers: { ...headers, 'content-encoding': 'gzip', ...(etag === undefined ? {} : { etag: weak(etag) }) },
      body: await pack(response.body, etag),
      isBase64Encoded: true,
    };
  };
};
