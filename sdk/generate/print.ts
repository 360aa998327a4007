/** Methods and schemas as the client's source. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import type { Document } from './document.ts';
import type { Method } from './operations.ts';

const byGroup = (methods: readonly Method[]): readonly [group: string, methods: readonly Method[]][] =>
  Object.entries(Object.groupBy(methods, ({ group }) => group)).map(([group, of = []]) => [group, of]);

const optional = (isRequired: boolean): string => (isRequired ? '' : '?');

/** Path parameters, then what is sent, then the rest. */
const signature = ({ name, verb, pathNames, body, query, takesKey, match, item, reply }: Method): string => {
  const options = ['CallOptions'];
  if (takesKey) options.push('Keyed');
  if (match) options.push(match === 'required' ? 'Matched' : 'Partial<Matched>');
  if (query && verb !== 'GET')
    options.push(`{ readonly query${optional(query.isRequired)}: ${query.type} | undefined }`);
  const isOptionsRequired = match === 'required' || (verb !== 'GET' && query?.isRequired === true);
  const parameters = [
    ...pathNames.map((path) => `${path}: string`),
    ...(body ? [`body${optional(body.isRequired)}: ${body.type}`] : []),
    ...(query && verb === 'GET' ? [`query${optional(query.isRequired)}: ${query.type}`] : []),
    `options${optional(isOptionsRequired)}: ${options.join(' & ')}`,
  ];
  return `${name}(${parameters.join(', ')}): ${item ? `Pages<${item}>` : `Promise<${reply}>`};`;
};

const interfaceOf = (name: string, methods: readonly Method[]): string => {
  const groups = byGroup(methods).map(([group, of]) => {
    const lines = of.map(
      (method) => `/** ${method.summary}. \`${method.verb} ${method.path}\` */\n${signature(method)}`,
    );
    return `readonly ${group}: {\n${lines.join('\n')}\n};`;
  });
  return `export interface ${name} {\n${groups.join('\n')}\n}\n`;
};

const typesIn = (text: string, known: readonly string[]): readonly string[] => {
  const words = new Set(text.match(/\w+/g));
  return known.filter((type) => words.has(type)).toSorted();
};

export const printMethods = (methods: readonly Method[], known: readonly string[]): string => {
  const of = (client: Method['client']) => methods.filter((method) => method.client === client);
  const text = `${interfaceOf('UserMethods', of('user'))}\n${interfaceOf('AdminMethods', of('admin'))}`;
  return `/** Every operation of the API as a method. Made by \`npm run sdk:types\`. */
import type { CallOptions, Keyed, Matched } from '../client/options.ts';
import type { Pages } from '../client/pages.ts';
import type { ${typesIn(text.replaceAll(/\/\*\*.*\*\//g, ''), known).join(', ')} } from './types.ts';

${text}`;
};

const row = ({ name, verb, path, body, query, takesKey, isPublic, item }: Method): string => {
  const sends = body ? 'body' : query && verb === 'GET' ? 'query' : undefined;
  const flags = [
    ...(sends ? [`sends: '${sends}'`] : []),
    ...(takesKey ? ['takesKey: true'] : []),
    ...(isPublic ? ['isPublic: true'] : []),
    ...(item ? ['isList: true'] : []),
  ];
  return `${name}: { method: '${verb}', path: '${path}'${flags.map((flag) => `, ${flag}`).join('')} },`;
};

export const printOperations = (methods: readonly Method[]): string => {
  const table = (name: string, of: readonly Method[]) =>
    `export const ${name} = {\n${byGroup(of)
      .map(([group, rows]) => `${group}: {\n${rows.map(row).join('\n')}\n},`)
      .join('\n')}\n} satisfies OperationTable;\n`;
  return `/** How each operation is asked for. Made by \`npm run sdk:types\`. */
import type { OperationTable } from '../client/methods.ts';

${['user', 'admin']
  .map((client) =>
    table(
      `${client}Operations`,
      methods.filter((one) => one.client === client),
    ),
  )
  .join('\n')}`;
};

const refsIn = (value: unknown): readonly string[] =>
  [...JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);

/** What methods take and answer, and what that is made of. */
const usedSchemas = ({ components }: Document, methods: readonly Method[]): Document['components']['schemas'] => {
  const used = new Set(
    methods.flatMap(({ body, reply, query }) => [body?.type ?? '', ...reply.split(' | '), ...refsIn(query ?? {})]),
  );
  // A set goes on to what is added to it meanwhile.
  for (const name of used) for (const inner of refsIn(components.schemas[name] ?? {})) used.add(inner);
  return Object.fromEntries(Object.entries(components.schemas).filter(([name]) => used.has(name)));
};

export const printTypes = async (
  document: Document,
  methods: readonly Method[],
  problems: readonly string[],
): Promise<string> => {
  const queries = Object.fromEntries(methods.flatMap(({ query }) => (query ? [[query.type, query.schema]] : [])));
  const definitions = JSON.parse(
    JSON.stringify({ ...usedSchemas(document, methods), ...queries }).replaceAll(
      '#/components/schemas/',
      '#/definitions/',
    ),
  ) as NonNullable<JSONSchema['definitions']>;
  const text = await compile({ definitions }, 'Root', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
  // Of the library's own about itself.
  const plain = text
    .replaceAll(
      /(\n \* ?)?\n \* This interface was referenced by `Root`'s JSON-Schema\n \* via the `definition` "\w+"\./g,
      '',
    )
    .replaceAll(/\/\*\*\n \*\/\n/g, '')
    .replace(/export interface Root \{\}\n?/, '');
  return `/** What goes in and out, as the API's reference says. Made by \`npm run sdk:types\`. */

${plain}
/** What the API's problems are called. */
export type ProblemType = ${problems.map((type) => `'${type}'`).join(' | ')};
`;
};
