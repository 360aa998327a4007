/** A Postman collection (v2.1) of the OpenAPI document: a folder for each tag, a request for each operation, ready to be sent. */
import { derivedUuid } from '#shared/ids.ts';
import { isObject, type Json } from './json.ts';

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Json;
  readonly example?: unknown;
}

const resolved = (document: Json, value: unknown): Parameter => {
  const { $ref } = value as { $ref?: string };
  if ($ref === undefined) return value as Parameter;
  const [, ...path] = $ref.split('/');
  return path.reduce<unknown>((at, key) => (at as Json)[key], document) as Parameter;
};

const requests = (document: Json) =>
  Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** What a header is filled with: keys anew for each request, tags and keys from the collection's variables. */
const headerValue = ({ name, example }: Parameter): string => {
  if (name === 'Idempotency-Key') return '{{$guid}}';
  if (name === 'If-Match') return '{{etag}}';
  return String(example ?? '');
};

const authOf = (security: unknown): Json | undefined => {
  const schemes = (Array.isArray(security) ? security : []).flatMap((one) => (isObject(one) ? Object.keys(one) : []));
  if (schemes.length === 0) return { type: 'noauth' };
  if (schemes.includes('adminKey')) return key('{{adminKey}}');
  return schemes.includes('operatorKey') ? key('{{operatorKey}}') : undefined;
};
const key = (value: string): Json => ({
  type: 'apikey',
  apikey: [
    { key: 'key', value: 'X-Admin-Key', type: 'string' },
    { key: 'value', value, type: 'string' },
    { key: 'in', value: 'header', type: 'string' },
  ],
});

const urlOf = (path: string, parameters: readonly Parameter[]): Json => {
  const segments = path.split('/').filter((segment) => segment !== '');
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const variables = parameters.filter((parameter) => parameter.in === 'path');
  const raw = `{{baseUrl}}/${segments.map((segment) => segment.replace(/^\{(.*)\}$/, ':$1')).join('/')}`;
  return {
    raw,
    host: ['{{baseUrl}}'],
    path: segments.map((segment) => segment.replace(/^\{(.*)\}$/, ':$1')),
    ...(query.length > 0
      ? {
          query: query.map(({ name, description, required, schema: of = {} }) => ({
            key: name,
            value: String(of.default ?? ''),
            ...(description === undefined ? {} : { description }),
            disabled: required !== true,
          })),
        }
      : {}),
    ...(variables.length > 0
      ? { variable: variables.map(({ name }) => ({ key: name, value: name === 'app' ? '{{app}}' : '' })) }
      : {}),
  };
};

const bodyOf = ({ requestBody }: Json): Json | undefined => {
  if (!isObject(requestBody) || !isObject(requestBody.content)) return undefined;
  const media = requestBody.content['application/json'];
  if (!isObject(media)) return undefined;
  const raw = media.example === undefined ? '{}' : JSON.stringify(media.example, undefined, 2);
  return { mode: 'raw', raw, options: { raw: { language: 'json' } } };
};

const itemOf = (document: Json, { path, method, operation }: ReturnType<typeof requests>[number]): Json => {
  const parameters = (operation.parameters as unknown[]).map((value) => resolved(document, value));
  const auth = authOf(operation.security);
  const body = bodyOf(operation);
  const headers = parameters
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => ({
      key: parameter.name,
      value: headerValue(parameter),
      disabled: parameter.required !== true,
    }));
  const description = [operation.summary, operation.description].filter(Boolean).join('. ');
  return {
    id: derivedUuid('postman', String(operation.operationId)),
    name: operation.operationId,
    request: {
      method: method.toUpperCase(),
      description,
      ...(auth === undefined ? {} : { auth }),
      header: [...(body ? [{ key: 'Content-Type', value: 'application/json' }] : []), ...headers],
      ...(body ? { body } : {}),
      url: urlOf(path, parameters),
    },
    response: [],
  };
};

const variables = {
  baseUrl: 'http://127.0.0.1:4000',
  accessToken: '',
  adminKey: '',
  operatorKey: '',
  app: 'sparky',
  etag: '"1"',
};

export const postmanCollection = (document: Json): Json => {
  const all = requests(document);
  const { title, description } = document.info as { title: string; description: string };
  return {
    info: { _postman_id: derivedUuid('postman', title), name: title, description, schema },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: Object.entries(variables).map(([name, value]) => ({ key: name, value, type: 'string' })),
    item: (document.tags as { name: string; description: string }[]).map((tag) => ({
      name: tag.name,
      description: tag.description,
      item: all
        .filter(({ operation }) => (operation.tags as string[]).includes(tag.name))
        .map((request) => itemOf(document, request)),
    })),
  };
};
