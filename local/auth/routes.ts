/** GoTrue's HTTP interface, as far as `@supabase/supabase-js` uses it for passwords, anonymous users and administration. */
import * as z from 'zod';
import { AuthError, validationFailed } from './auth-error.ts';
import type { AdminUser, Project } from './project.ts';
import { jwksOf, type SigningKey, verifyToken } from './signing.ts';
import { type ProjectState, type User, userKeysOf } from './state.ts';
import { toUserBody } from './user-body.ts';

export interface AuthRequest {
  readonly method: string;
  /** Below `/auth/v1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly bearer: string | undefined;
  readonly body: unknown;
  readonly ipAddress: string;
}

export interface AuthAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const metadata = z.record(z.string(), z.unknown());
const credentialsSchema = z.object({
  email: z.string().optional(),
  password: z.string().optional(),
  data: metadata.nullish().transform((data) => data ?? undefined),
});
const refreshSchema = z.object({ refresh_token: z.string() });
const adminSchema = z.object({
  id: z.uuid().optional(),
  email: z.string().optional(),
  password: z.string().optional(),
  email_confirm: z.boolean().optional(),
  user_metadata: metadata.optional(),
  app_metadata: metadata.optional(),
});
const scopeSchema = z.enum(['global', 'local', 'others']).catch('global');

const ok = (body: unknown, headers?: Record<string, string>): AuthAnswer => ({
  status: 200,
  body,
  ...(headers ? { headers } : {}),
});

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (!parsed.success)
    throw new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function signedIn(project: Project, { bearer }: AuthRequest): Promise<{ user: User; sessionId: string }> {
  if (!bearer) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  return project.sessions.authenticate(bearer);
}

async function requireServiceRole(apiKey: SigningKey, { bearer }: AuthRequest): Promise<void> {
  if (!bearer) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  const claims = await verifyToken([apiKey], bearer).catch(() => undefined);
  if (claims?.role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed');
}

async function token(project: Project, request: AuthRequest): Promise<AuthAnswer> {
  switch (request.query.get('grant_type')) {
    case 'password':
      return ok(await project.signIn(parse(credentialsSchema, request.body)));
    case 'refresh_token':
      return ok(await project.sessions.refresh(parse(refreshSchema, request.body).refresh_token));
    default:
      throw new AuthError(400, 'unsupported_grant_type', 'unsupported_grant_type');
  }
}

function toAdminUser(body: unknown): AdminUser {
  const {
    email_confirm: emailConfirm,
    user_metadata: userMetadata,
    app_metadata: appMetadata,
    ...rest
  } = parse(adminSchema, body);
  return { ...rest, emailConfirm, userMetadata, appMetadata };
}

function listUsers(project: Project, query: URLSearchParams): AuthAnswer {
  const page = Math.max(1, Number(query.get('page')) || 1);
  const perPage = Math.min(1_000, Math.max(1, Number(query.get('per_page')) || 50));
  const users = project.users.slice((page - 1) * perPage, page * perPage).map(toUserBody);
  return ok({ users, aud: 'authenticated' }, { 'x-total-count': String(project.users.length) });
}

async function admin(project: Project, request: AuthRequest): Promise<AuthAnswer> {
  const id = /^\/admin\/users\/([^/]+)$/.exec(request.path)?.[1];
  if (id === undefined) {
    if (request.method === 'GET') return listUsers(project, request.query);
    return ok(toUserBody(await project.createUser(toAdminUser(request.body))));
  }
  if (!z.uuid().safeParse(id).success) throw validationFailed('user_id must be an UUID');
  switch (request.method) {
    case 'GET':
      return ok(toUserBody(project.user(id, 404)));
    case 'PUT':
      return ok(toUserBody(await project.updateByAdmin(project.user(id, 404), toAdminUser(request.body))));
    default:
      project.deleteUser(id);
      return ok({});
  }
}

/** Answers one request of a project. Throws `AuthError`. */
export async function route(project: Project, state: ProjectState, request: AuthRequest): Promise<AuthAnswer> {
  const where = `${request.method} ${request.path}`;
  switch (where) {
    case 'GET /.well-known/jwks.json':
      return ok(jwksOf(userKeysOf(state)), { 'cache-control': 'public, max-age=600' });
    case 'GET /health':
      return ok({ version: 'local', name: 'GoTrue', description: 'A local stand-in for Supabase Auth' });
    case 'GET /settings':
      return ok({
        external: { email: true, anonymous_users: true },
        disable_signup: false,
        mailer_autoconfirm: !project.confirmsEmail,
      });
    case 'POST /signup':
      return ok(await project.signUp(parse(credentialsSchema, request.body), request.ipAddress));
    case 'POST /token':
      return token(project, request);
    case 'GET /user':
      return ok(toUserBody((await signedIn(project, request)).user));
    case 'PUT /user':
      return ok(
        toUserBody(
          await project.update((await signedIn(project, request)).user, parse(credentialsSchema, request.body)),
        ),
      );
    case 'POST /logout':
      project.sessions.signOut(
        (await signedIn(project, request)).sessionId,
        scopeSchema.parse(request.query.get('scope') ?? 'global'),
      );
      return { status: 204 };
  }
  if (/^(GET|POST) \/admin\/users$/.test(where) || /^(GET|PUT|DELETE) \/admin\/users\/[^/]+$/.test(where)) {
    await requireServiceRole(state.apiKey, request);
    return admin(project, request);
  }
  throw new AuthError(404, 'not_found', `the local stand-in for Supabase Auth does not know ${where}`);
}
