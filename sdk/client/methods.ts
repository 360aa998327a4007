/** Methods from the table of operations: path parameters come first, then the body or a GET's query, then options. */
import type { CallOptions, Keyed, Matched } from './options.ts';
import { type Page, pagesOf } from './pages.ts';
import type { Outgoing, Send } from './send.ts';

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly sends?: 'body' | 'query';
  readonly takesKey?: true;
  readonly isPublic?: true;
  readonly isList?: true;
  /** Done twice, it does no harm, though neither its method nor a key says so. */
  readonly isHarmless?: true;
}
export type OperationTable = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

type Query = Readonly<Record<string, unknown>>;
type Options = CallOptions & Keyed & Partial<Matched> & { readonly query?: Query | undefined };
interface Arguments {
  readonly path: string;
  readonly body: unknown;
  readonly query: Query | undefined;
  readonly options: Options;
}

const safeMethods = ['GET', 'PUT', 'DELETE'];

/** A UUID of version 4; React Native has no `crypto`, and a browser only where the page came by HTTPS. */
export const newKey = (): string => {
  const { crypto } = globalThis as { readonly crypto?: { readonly randomUUID?: () => string } };
  if (crypto?.randomUUID) return crypto.randomUUID();
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
};

const queryString = (query: Query): string => {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

const argumentsOf = ({ path, sends }: Operation, args: readonly unknown[]): Arguments => {
  const rest = [...args];
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.shift();
    // An empty one would be another route.
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a string that is not empty`);
    return encodeURIComponent(value);
  });
  const sent = sends === undefined ? undefined : rest.shift();
  const options = (rest.shift() ?? {}) as Options;
  return {
    path: filled,
    body: sends === 'body' ? sent : undefined,
    query: sends === 'query' ? (sent as Query | undefined) : options.query,
    options,
  };
};

const outgoing = (operation: Operation, { path, body, options }: Arguments, query: Query): Outgoing => {
  const { method, takesKey = false, isPublic = false, isHarmless = false } = operation;
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(takesKey && { 'idempotency-key': options.idempotencyKey ?? newKey() }),
    ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
    ...(options.correlationId !== undefined && { 'x-correlation-id': options.correlationId }),
  };
  return {
    method,
    path: `${path}${queryString(query)}`,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    isPublic,
    // A change that must match what it is based on is refused when it was done already: better told of than repeated.
    isRepeatable: takesKey || isHarmless || (safeMethods.includes(method) && options.ifMatch === undefined),
  };
};

const methodOf =
  (operation: Operation, send: Send) =>
  (...args: readonly unknown[]): unknown => {
    const given = argumentsOf(operation, args);
    if (!operation.isList) return send(outgoing(operation, given, given.query ?? {}), given.options);
    return pagesOf((cursor) => {
      const query = cursor === undefined ? given.query : { ...given.query, cursor };
      return send(outgoing(operation, given, query ?? {}), given.options) as Promise<Page<unknown>>;
    });
  };

/** `Methods` is made of the same document as the table. */
export const bindMethods = <Methods>(table: OperationTable, send: Send): Methods =>
  Object.fromEntries(
    Object.entries(table).map(([group, operations]) => [
      group,
      Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, methodOf(operation, send)])),
    ]),
  ) as Methods;
