/** Cross-origin rules of the buckets, as browsers ask for them. */
import * as z from 'zod';
import type { AccountModel } from '../../contracts.ts';
import { matchesWildcard } from '../../iam/wildcard.ts';
import { type Answer, AwsError } from '../answer.ts';

const corsSchema = z.object({
  CorsRules: z.array(
    z.object({
      AllowedHeaders: z.array(z.string()).default([]),
      AllowedMethods: z.array(z.string()),
      AllowedOrigins: z.array(z.string()),
      ExposedHeaders: z.array(z.string()).default([]),
      MaxAge: z.coerce.number().optional(),
    }),
  ),
});
type CorsRule = z.output<typeof corsSchema>['CorsRules'][number];
type Headers = Readonly<Record<string, string | undefined>>;

export interface BucketCors {
  preflight(bucket: string, headers: Headers): Answer;
  /** Headers for the answer to a request that came from a page. */
  headersFor(bucket: string, method: string, headers: Headers): Record<string, string>;
}

function allowHeaders(
  { AllowedOrigins, AllowedMethods, ExposedHeaders }: CorsRule,
  origin: string,
): Record<string, string> {
  return {
    'access-control-allow-origin': AllowedOrigins.includes('*') ? '*' : origin,
    'access-control-allow-methods': AllowedMethods.join(', '),
    ...(ExposedHeaders.length > 0 ? { 'access-control-expose-headers': ExposedHeaders.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

export function createBucketCors(model: AccountModel): BucketCors {
  const rules = new Map(
    model.ofType('AWS::S3::Bucket').flatMap(({ ref, properties }) => {
      return properties.CorsConfiguration
        ? [[ref, corsSchema.parse(properties.CorsConfiguration).CorsRules] as const]
        : [];
    }),
  );
  const find = (bucket: string, origin: string, method: string, wanted: readonly string[]) =>
    rules
      .get(bucket)
      ?.find(
        (rule) =>
          rule.AllowedOrigins.some((pattern) => matchesWildcard(pattern, origin)) &&
          rule.AllowedMethods.includes(method) &&
          wanted.every((name) =>
            rule.AllowedHeaders.some((pattern) => matchesWildcard(pattern, name, { ignoreCase: true })),
          ),
      );
  return {
    preflight(bucket, headers) {
      const origin = headers.origin ?? '';
      const wanted = (headers['access-control-request-headers'] ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      const rule = find(bucket, origin, headers['access-control-request-method'] ?? '', wanted);
      if (!rule) throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', 403);
      const allowed = {
        ...allowHeaders(rule, origin),
        ...(wanted.length > 0 ? { 'access-control-allow-headers': wanted.join(', ') } : {}),
        ...(rule.MaxAge === undefined ? {} : { 'access-control-max-age': String(rule.MaxAge) }),
      };
      return { status: 200, headers: allowed, body: Buffer.alloc(0) };
    },
    headersFor(bucket, method, headers) {
      const rule = headers.origin ? find(bucket, headers.origin, method, []) : undefined;
      return rule && headers.origin ? allowHeaders(rule, headers.origin) : {};
    },
  };
}
