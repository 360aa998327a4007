/** One route as an OpenAPI operation. */
import * as z from 'zod';
import { mediaTypeOf, type Route } from '#shared/http/route.ts';
import type { Code } from '../code.ts';
import { defined, type Json } from '../json.ts';
import type { Schemas } from '../schemas.ts';
import type { NamedRoute, ServiceSource } from '../sources.ts';
import type { ProblemResponses } from './problems.ts';

export interface OperationContext {
  readonly schemas: Pick<Schemas, 'convert'>;
  readonly code: Pick<Code, 'rejections' | 'fields'>;
  readonly sameAs: (schema: z.ZodType) => z.ZodType;
  readonly problems: Pick<ProblemResponses, 'of'>;
}

const security = ({ auth }: Route): Json[] => {
  if (auth === 'public') return [];
  if (auth === 'user') return [{ userToken: [] }];
  return auth === 'admin' ? [{ userToken: [] }, { adminKey: [] }] : [{ operatorKey: [] }];
};

/** The first sentence is the summary, the rest is the description. */
const splitSummary = (text: string) => {
  const [, first = text, rest = ''] = /^(.+?[^.]\.)\s+(?=[A-Z`0-9\p{Ll}])(.*)$/su.exec(text) ?? [];
  return { summary: first.replace(/\.$/, ''), ...(rest === '' ? {} : { description: rest }) };
};

const isNoBody = (schema: z.ZodType): boolean => schema instanceof z.ZodUndefined;

const parametersIn = (place: 'path' | 'query', object: z.ZodObject | undefined, context: OperationContext): Json[] =>
  Object.entries(object?.shape ?? {}).map(([name, value]) => {
    const { description: own, ...schema } = context.schemas.convert(value as z.ZodType, 'input');
    const said = object && context.code.fields.get(object)?.[name];
    return defined({
      name,
      in: place,
      required: place === 'path' || (value as z.ZodType)._zod.optin === undefined,
      description: own ?? said,
      schema,
    });
  });

const headerParameters = ({ idempotencyKey, ifMatch, replies }: Route): Json[] => {
  const names = [
    ...(idempotencyKey === 'required' ? ['IdempotencyKey'] : []),
    ...(idempotencyKey === 'optional' ? ['OptionalIdempotencyKey'] : []),
    ...(ifMatch === 'required' ? ['IfMatch'] : []),
    ...(ifMatch === 'optional' ? ['OptionalIfMatch'] : []),
    ...(304 in replies ? ['IfNoneMatch'] : []),
    'CorrelationId',
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
};

const requestBody = ({ body, rawBody }: Route, { schemas }: OperationContext): Json | undefined => {
  if (rawBody)
    return {
      required: true,
      description: 'Read as it is, byte by byte: its signature is over these bytes.',
      content: { 'application/json': { schema: {} } },
    };
  if (!body) return undefined;
  // A body that may be empty may be left out.
  const required = !body.safeParse({}).success;
  return { required, content: { 'application/json': { schema: schemas.convert(body, 'input') } } };
};

const descriptions: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted: it goes on by itself.',
  204: 'Done; there is nothing to tell.',
  304: 'What you hold is the newest.',
};

const successes = ({ replies, etag }: Route, { schemas, sameAs }: OperationContext): Json =>
  Object.fromEntries(
    Object.entries(replies).map(([status, schema]) => {
      const mediaType = mediaTypeOf(schema);
      const text = mediaType?.startsWith('application/json') ? { type: 'object' } : { type: 'string' };
      const content = isNoBody(schema)
        ? {}
        : {
            content: {
              [mediaType ?? 'application/json']: {
                schema: mediaType ? text : schemas.convert(sameAs(schema), 'output'),
              },
            },
          };
      const headers = etag || 304 in replies ? { headers: { ETag: { $ref: '#/components/headers/ETag' } } } : {};
      return [status, { description: descriptions[Number(status)] ?? 'Done.', ...headers, ...content }];
    }),
  );

export const operationOf = (
  { service, name, route }: NamedRoute,
  { problems }: Pick<ServiceSource, 'problems'>,
  context: OperationContext,
): Json => {
  const rejections = context.code.rejections.get(`${service}/${name}`) ?? Object.keys(problems);
  return defined({
    operationId: name,
    tags: [service],
    ...splitSummary(route.summary),
    security: security(route),
    parameters: [
      ...parametersIn('path', route.params, context),
      ...parametersIn('query', route.query, context),
      ...headerParameters(route),
    ],
    requestBody: requestBody(route, context),
    responses: { ...successes(route, context), ...context.problems.of(route, rejections, problems) },
  });
};
