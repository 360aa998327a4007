/** The parts that many operations share: headers, and how a caller is known. */
import type { Json } from '../json.ts';

const idempotencyKey = (required: boolean): Json => ({
  name: 'Idempotency-Key',
  in: 'header',
  required,
  description:
    'Made by the client for one act, and sent again with every repetition of it. The same key with the same request is one act; with another request it is 422.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  example: '5b1c9e0e-6c1f-4a51-9d3c-0f1f6d2f7f10',
});

const ifMatch = (required: boolean): Json => ({
  name: 'If-Match',
  in: 'header',
  required,
  description: 'The `ETag` of what the change is based on: where somebody was faster, 412.',
  schema: { type: 'string' },
  example: '"7"',
});

export const parameters: Json = {
  IdempotencyKey: idempotencyKey(true),
  OptionalIdempotencyKey: idempotencyKey(false),
  IfMatch: ifMatch(true),
  OptionalIfMatch: ifMatch(false),
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'The `ETag` of what the client holds: where that is the newest, 304 without a body.',
    schema: { type: 'string' },
  },
  CorrelationId: {
    name: 'X-Correlation-Id',
    in: 'header',
    required: false,
    description:
      "Goes with everything that this request leads to: events, logs, other services. By default the request's own id.",
    schema: { type: 'string', maxLength: 128, pattern: '^[A-Za-z0-9_.:-]+$' },
  },
};

export const headers: Json = {
  ETag: { description: 'Names this very version.', schema: { type: 'string' }, example: '"7"' },
  RetryAfter: {
    description: 'Seconds until it is worth another try.',
    schema: { type: 'integer', minimum: 0 },
    example: 5,
  },
  WwwAuthenticate: { description: 'RFC 6750.', schema: { type: 'string' }, example: 'Bearer error="invalid_token"' },
};

export const securitySchemes: Json = {
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      "The access token of a session with the app's own identity provider, as Supabase Auth gives it. Its issuer tells the app. Routes for admins take it from users with the role `admin`.",
  },
  adminKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Admin-Key',
    description: "For an app's own server: made by `npm run admin-key`, for one app.",
  },
  operatorKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Admin-Key',
    description: "For whoever runs the deployment: it opens what is no single app's.",
  },
};
