/** An operation of the document as a method of the client: its group and name come from its path and its `operationId`. */
import { type Document, type Operation, referred, type Schema } from './document.ts';

export interface Method {
  /** `admin` and `operator` have a client of their own. */
  readonly client: 'user' | 'admin';
  readonly group: string;
  readonly name: string;
  readonly summary: string;
  readonly verb: string;
  readonly path: string;
  readonly pathNames: readonly string[];
  readonly body: { readonly type: string; readonly isRequired: boolean } | undefined;
  readonly query: { readonly type: string; readonly isRequired: boolean; readonly schema: Schema } | undefined;
  readonly takesKey: boolean;
  readonly match: 'required' | 'optional' | undefined;
  readonly isPublic: boolean;
  /** Of a list: what it lists. */
  readonly item: string | undefined;
  readonly reply: string;
}

const capitalized = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
const uncapitalized = (word: string): string => `${word.charAt(0).toLowerCase()}${word.slice(1)}`;
const camelCase = (slug: string): string => uncapitalized(slug.split('-').map(capitalized).join(''));
const singular = (word: string): string => word.replace(/ies$/, 'y').replace(/s$/, '');

/** `createGeneration` of `generations` is `create`; what says no more than that keeps its name. */
const methodName = (operationId: string, group: string): string => {
  const noun = capitalized(group);
  for (const word of [noun, capitalized(singular(group))]) {
    const rest = operationId.replace(word, '');
    if (rest !== operationId && rest !== '') return uncapitalized(rest);
  }
  return operationId;
};

const groupOf = (path: string): Pick<Method, 'client' | 'group'> => {
  const [, , first = '', second = ''] = path.split('/');
  const group = camelCase((first === 'admin' || first === 'operator' ? second : first).replace(/\..*$/, ''));
  return { client: first === 'admin' || first === 'operator' ? 'admin' : 'user', group };
};

const contentSchemas = (
  responses: Operation['responses'],
): readonly { readonly type: string; readonly schema?: Schema }[] =>
  Object.entries(responses).flatMap(([status, { content }]) =>
    status.startsWith('2')
      ? Object.entries(content ?? {}).map(([type, { schema }]) => ({ type, ...(schema && { schema }) }))
      : [],
  );

const replyType = (responses: Operation['responses']): string => {
  const types = contentSchemas(responses).map(({ type, schema }) =>
    type.startsWith('application/json') ? (referred(schema) ?? 'Record<string, unknown>') : 'string',
  );
  return [...new Set(types)].join(' | ') || 'void';
};

/** A list answers `{ data, next_cursor }`. */
const itemOf = ({ components }: Document, reply: string): string | undefined => {
  const properties = components.schemas[reply]?.properties as Record<string, Schema> | undefined;
  const { data, next_cursor } = properties ?? {};
  return data && next_cursor ? referred(data.items as Schema) : undefined;
};

const queryOf = ({ operationId, parameters }: Operation): Method['query'] => {
  const fields = parameters.filter((one) => 'in' in one).filter((one) => one.in === 'query');
  if (fields.length === 0) return undefined;
  const required = fields.filter((one) => one.required).map(({ name }) => name);
  const properties = Object.fromEntries(
    fields.map(({ name, description, schema }) => [name, { ...(description && { description }), ...schema }]),
  );
  return {
    type: `${capitalized(operationId)}Query`,
    isRequired: required.length > 0,
    schema: { type: 'object', properties, required, additionalProperties: false },
  };
};

const bodyOf = ({ operationId, requestBody }: Operation): Method['body'] => {
  if (!requestBody) return undefined;
  const type = referred(requestBody.content?.['application/json']?.schema);
  if (type === undefined) throw new Error(`the body of ${operationId} has no name`);
  return { type, isRequired: requestBody.required === true };
};

const methodOf = (document: Document, path: string, verb: string, operation: Operation): Method => {
  const { client, group } = groupOf(path);
  const headers = operation.parameters.map((one) => ('$ref' in one ? one.$ref.split('/').at(-1) : one.name));
  const reply = replyType(operation.responses);
  return {
    client,
    group,
    // All that admins see is the app's.
    name: methodName(client === 'admin' ? operation.operationId.replace('App', '') : operation.operationId, group),
    summary: operation.summary,
    verb: verb.toUpperCase(),
    path,
    pathNames: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    body: bodyOf(operation),
    query: queryOf(operation),
    takesKey: headers.includes('IdempotencyKey') || headers.includes('OptionalIdempotencyKey'),
    match: headers.includes('IfMatch') ? 'required' : headers.includes('OptionalIfMatch') ? 'optional' : undefined,
    isPublic: !operation.security?.length,
    item: itemOf(document, reply),
    reply,
  };
};

/** Every operation but those that providers call. */
export const methodsOf = (document: Document): readonly Method[] => {
  const methods = Object.entries(document.paths).flatMap(([path, verbs]) =>
    path.startsWith('/v1/')
      ? Object.entries(verbs).map(([verb, operation]) => methodOf(document, path, verb, operation))
      : [],
  );
  const names = methods.map(({ client, group, name }) => `${client}.${group}.${name}`);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) throw new Error(`two operations are called ${twice.join(', ')}`);
  return methods;
};
