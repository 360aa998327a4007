/**
 * A service's route table says everything about its HTTP interface once: the router, API Gateway and the OpenAPI
 * document are made from it.
 */
import * as z from 'zod';
import type { Owner } from '../owner.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** For example `/v1/generations/{id}`. */
  readonly path: `/${string}`;
  /**
   * `user`: a valid token of one of the apps. `admin`: one of a user with that role, or an admin key. `operator`: an operator key, for
   * what is of the deployment and no app's. `public`: anybody.
   */
  readonly auth: 'user' | 'admin' | 'operator' | 'public';
  /** One line for the documentation. */
  readonly summary: string;
  /** Parts of the path. Strict object. */
  readonly params?: z.ZodObject;
  /** Strict object; every value arrives as a string. */
  readonly query?: z.ZodObject;
  /** Strict object; a route without it takes no body. */
  readonly body?: z.ZodObject;
  /** For signed webhooks: the handler gets the body's very bytes as text, of any media type, and no `body`. */
  readonly rawBody?: true;
  /** `required`: a request without an `Idempotency-Key` header is refused. `optional`: it may have one. */
  readonly idempotencyKey?: 'required' | 'optional';
  /** Successes carry an `ETag`: of the version that was answered, or made. */
  readonly etag?: true;
  /** The handler reads `If-Match`. `required`: it refuses a request without. */
  readonly ifMatch?: 'required' | 'optional';
  /** Schema of the body by status, successes only; `noBody` where there is none. */
  readonly replies: { readonly [status: number]: z.ZodType };
}

export type RouteTable = Readonly<Record<string, Route>>;

/** What a 204 or a 304 carries. */
export const noBody = z.undefined();

/** A reply that is not JSON: the body is sent as it is, under this media type. @example textBody('text/csv; charset=utf-8') */
export const textBody = (mediaType: string) => z.string().meta({ mediaType });

/** The media type that `textBody` gave a schema. */
export const mediaTypeOf = (schema: z.ZodType): string | undefined => {
  const { mediaType } = schema.meta() ?? {};
  return typeof mediaType === 'string' ? mediaType : undefined;
};

/** Who calls such a route acts for others. Reading changes nothing, and is no act. */
export type Act = { readonly auth: 'admin' | 'operator'; readonly method: Exclude<Method, 'GET'> };

/** Whether a route's calls are written down (`audit.ts`). */
export const isAct = ({ auth, method }: Pick<Route, 'auth' | 'method'>): boolean =>
  (auth === 'admin' || auth === 'operator') && method !== 'GET';

/** Keeps the literal types of a table. */
export const routeTable = <const Table extends RouteTable>(table: Table): Table => table;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler is given: everything parsed, nothing raw. */
export interface Input<R extends Route> {
  /** The caller of a user route. */
  readonly user: R['auth'] extends 'user' ? Caller : undefined;
  /** The caller of an admin route. */
  readonly admin: R['auth'] extends 'admin' ? AdminCaller : undefined;
  /** The caller of an operator route. */
  readonly operator: R['auth'] extends 'operator' ? OperatorCaller : undefined;
  readonly path: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
  readonly rawBody: R['rawBody'] extends true ? string : undefined;
  readonly idempotencyKey: R['idempotencyKey'] extends 'required'
    ? string
    : R['idempotencyKey'] extends 'optional'
      ? string | undefined
      : undefined;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestId: string;
  readonly correlationId: string;
  /** The server's time of the request, ISO-8601 UTC. */
  readonly at: string;
}

export interface Caller extends Owner {
  readonly email?: string | undefined;
}

/** Who acts on an app's behalf, and for which app: no admin acts on another's. */
export interface AdminCaller {
  readonly app: string;
  /** For the ledger and the logs: `admin:<user id or key id>`. */
  readonly actor: string;
}

/** Who runs the deployment. */
export interface OperatorCaller {
  /** For the logs: `operator:<key id>`. */
  readonly actor: string;
}

/** A success. Without a body (`noBody`): `body: undefined`. */
export type Reply<R extends Route> = {
  [Status in keyof R['replies'] & number]: {
    readonly status: Status;
    readonly body: z.input<R['replies'][Status]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof R['replies'] & number];

/** A refusal by a business rule; `problems` of the service says how it looks on the wire. */
export interface Refusal<Rejection extends string> {
  readonly rejection: Rejection;
  /** For a person, with the figures of this case. */
  readonly detail?: string;
  /** JSON pointers into the request that say what was wrong. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly retryAfterSeconds?: number;
  /** What a client goes on with: members of the problem besides those that every problem has. */
  readonly members?: Readonly<Record<string, string>>;
}

export type Handler<R extends Route, Rejection extends string> = (
  input: Input<R>,
) => Promise<Reply<R> | Refusal<Rejection>>;

export type Handlers<Table extends RouteTable, Rejection extends string> = {
  readonly [Name in keyof Table]: Handler<Table[Name], Rejection>;
};

/** @example refuse('credits-insufficient', { detail: 'The tool costs 4 credits, 1 is available.' }) */
export const refuse = <Rejection extends string>(
  rejection: Rejection,
  more: Omit<Refusal<Rejection>, 'rejection'> = {},
): Refusal<Rejection> => ({ rejection, ...more });
