/** POST /webhooks/auth/{app} (PP1, FS10) */
import { errorsOf, plainWords } from '#shared/http/request.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { fromHook, newUser } from '../../domain/user.ts';
import type { HookVerdict, JudgeMessage } from '../../hook/judge-message.ts';
import { signUp } from '../../hook/payload.ts';
import type { routes } from '../../routes.ts';
import type { UserTable } from '../../users/user-table.ts';

export interface HookDependencies {
  readonly users: UserTable;
  readonly judgeMessage: JudgeMessage;
}

type HookInput = Input<typeof routes.receiveSignUp>;

const verdictOn = async (
  judgeMessage: JudgeMessage,
  { path, rawBody, headers }: HookInput,
): Promise<HookVerdict | 'unreadable'> => {
  try {
    return await judgeMessage({ app: path.app, body: rawBody, headers });
  } catch (error) {
    if (error instanceof SourceUnavailable) return 'unreadable';
    throw error;
  }
};

const refusals = {
  unreadable: () =>
    refuse('hook-secrets-unreachable', { detail: "The hooks' secrets cannot be read just now.", retryAfterSeconds: 2 }),
  unknown: () => refuse('hook-unknown', { detail: 'No identity provider is expected to call here for this app.' }),
  untrusted: () =>
    refuse('hook-untrusted', { detail: 'The signature does not fit the body, or the message is older than 300 s.' }),
} as const;

const read = (text: string) => {
  try {
    return signUp.safeParse(JSON.parse(text), plainWords);
  } catch {
    return signUp.safeParse(undefined, plainWords);
  }
};

const done = { status: 200, body: {} } as const;

/**
 * Opens the user's record. A replay finds it there, and whoever left stays gone: their tombstone is a record too. What a first
 * request could not know is filled in, once.
 */
export const receiveSignUp =
  ({ users, judgeMessage }: HookDependencies) =>
  async (input: HookInput) => {
    const { path, rawBody, at, correlationId } = input;
    const verdict = await verdictOn(judgeMessage, input);
    if (verdict !== 'trusted') return refusals[verdict]();
    const { success, data, error } = read(rawBody);
    if (!success)
      return refuse('hook-payload-invalid', {
        detail: "It is none of Supabase Auth's after-user-created messages.",
        errors: errorsOf('body', error),
      });
    // Whoever signs up later is told of by their first request.
    if (data.anonymous) return done;
    const { user, email, name, username } = data;
    const told = { email, name, username };
    const opened = newUser({ owner: { app: path.app, user }, via: 'hook', ...told, at, correlationId });
    const record = await users.open(opened);
    if (record !== opened) await users.change(record, input, (known) => ({ change: fromHook(known, told) }));
    return done;
  };
