/**
 * What admins and operators do is written down: a message before the act, a message with its end. An act whose first message cannot be
 * sent is refused, so that there is none without a trace; one whose second never came has an end that nobody knows.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { appId, wholeDeployment } from '../owner.ts';
import { commonProblem } from './problem.ts';

export const auditedApp = z.union([appId, z.literal(wholeDeployment)]);

/** Characters of a body at most; an offer of a hundred tools is cut. */
const maxBody = 32_000;
const maxText = 1_000;

/** Who did what, when: both messages say it, so that either can come first. */
const act = {
  /** The request's id. */
  id: z.string().min(1).max(128),
  /** When the act began. */
  at: z.iso.datetime(),
  app: auditedApp,
  actor: z.string().min(1).max(200),
};
const texts = z.record(z.string().max(100), z.string().max(maxText));

export const auditIntent = z.strictObject({
  kind: z.literal('intent'),
  ...act,
  service: z.string().max(40),
  /** The route's name in its table. */
  route: z.string().max(80),
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().max(2_000),
  params: texts,
  query: texts,
  /** JSON without what is secret; null where there is none. */
  body: z.string().max(maxBody).nullable(),
  /** There is more than `body` holds: it is the beginning of a text then. */
  bodyCut: z.boolean(),
  correlationId: z.string().max(128),
});
export const auditOutcome = z.strictObject({
  kind: z.literal('outcome'),
  ...act,
  status: z.int().min(100).max(599),
  endedAt: z.iso.datetime(),
});
export const auditMessage = z.discriminatedUnion('kind', [auditIntent, auditOutcome]);
export type AuditIntent = z.infer<typeof auditIntent>;
export type AuditOutcome = z.infer<typeof auditOutcome>;
export type AuditMessage = z.infer<typeof auditMessage>;

/** Where the messages of one service's acts go. @throws when one is not taken */
export interface AuditTrail {
  readonly service: string;
  readonly send: (message: AuditMessage) => Promise<void>;
}

/** Names of fields. A `title_key` or a `message_key` names a text: only keys that open something are secret. */
const secretName =
  /secret|token|password|passphrase|authorization|credential|signature|jwt|cookie|hmac|^keys?$|(^|[_-])(api|access|private|admin|signing|encryption)[_-]?keys?$|(api|access|private|admin|signing|encryption)Keys?$/i;
/** Keys as we, Stripe, Google, Replicate, AWS and the makers of models write them, and signed tokens, wherever they stand. */
const secretTexts = [
  /\b(?:adm_[a-z0-9-]+|opr|whsec|sk_live|sk_test|rk_live|rk_test|sk)[_-][A-Za-z0-9_+/=-]{16,}/g,
  /\b(?:AIza|r8_)[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g,
];
const bearer = /\b(bearer\s{1,10})[A-Za-z0-9._~+/=-]{8,}/gi;
const links = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]+/gi;
const removed = '[removed]';

/** A link may carry a password before its host, or a token behind its path. One that is none may carry them anywhere. */
const withoutLinkSecrets = (link: string): string => {
  if (!URL.canParse(link)) return link.replace(/:\/\/.*$/s, `://${removed}`);
  const { username, password, search, hash, protocol, host, pathname } = new URL(link);
  if ([username, password, search, hash].every((part) => part === '')) return link;
  return `${protocol}//${host}${pathname}${search + hash === '' ? '' : `?${removed}`}`;
};

const textWithoutSecrets = (text: string): string =>
  secretTexts.reduce(
    (left, secret) => left.replaceAll(secret, removed),
    text.replaceAll(links, withoutLinkSecrets).replaceAll(bearer, `$1${removed}`),
  );

/** The value without what is secret in it. Bodies are parsed ones, whose depth is bounded. */
export const withoutSecrets = (value: unknown): unknown => {
  if (typeof value === 'string') return textWithoutSecrets(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name, secretName.test(name) ? removed : withoutSecrets(of)]),
  );
};

const textsOf = (values: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(withoutSecrets(values ?? {}) as object).map(([name, value]) => [
      name.slice(0, 100).toWellFormed(),
      (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, maxText).toWellFormed(),
    ]),
  );

const bodyOf = (body: unknown): Pick<AuditIntent, 'body' | 'bodyCut'> => {
  if (body === undefined) return { body: null, bodyCut: false };
  const text = JSON.stringify(withoutSecrets(body));
  // Half a character at the cut would be none that a table takes.
  return { body: text.slice(0, maxBody).toWellFormed(), bodyCut: text.length > maxBody };
};

export interface Act extends Omit<AuditIntent, 'kind' | 'service' | 'params' | 'query' | 'body' | 'bodyCut'> {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export const intentOf = (service: string, { params, query, body, path, ...of }: Act): AuditIntent => ({
  kind: 'intent',
  ...of,
  service,
  path: path.slice(0, 2_000).toWellFormed(),
  params: textsOf(params),
  query: textsOf(query),
  ...bodyOf(body),
});

export interface Acting<Answer> {
  readonly act: () => Promise<Answer>;
  /** The status of what it answered, or of what it threw. */
  readonly statusOf: (ended: { readonly answer: Answer } | { readonly error: unknown }) => number;
  /** Told when the end could not be sent: the act is done, and its answer stands. */
  readonly onLost: (error: unknown) => void;
}

/** Acts between the two messages. @throws Problem 503 when the first is not taken: then nothing is done. */
export const actAudited = async <Answer>(
  { service, send }: AuditTrail,
  what: Act,
  { act, statusOf, onLost }: Acting<Answer>,
): Promise<Answer> => {
  try {
    await send(intentOf(service, what));
  } catch (cause) {
    onLost(cause);
    throw commonProblem('unavailable', {
      detail: 'What admins do is written down first, and this cannot be done just now. Nothing was done.',
      retryAfterSeconds: 5,
    });
  }
  const { id, at, app, actor } = what;
  const end = async (status: number): Promise<void> => {
    const endedAt = new Date().toISOString();
    await send({ kind: 'outcome', id, at, app, actor, status, endedAt }).catch(onLost);
  };
  let answer: Answer;
  try {
    answer = await act();
  } catch (error) {
    await end(statusOf({ error }));
    throw error;
  }
  await end(statusOf({ answer }));
  return answer;
};

/** JSON in ASCII: SQS refuses what XML does not know, and an act must not fail by what its reason is written in. */
export const messageBody = (message: AuditMessage): string =>
  JSON.stringify(message).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Well below an API function's own time-out: the act needs the rest. */
const sendTimeoutMs = 2_000;

export const auditTrail = (client: SQSClient, queueUrl: string, service: string): AuditTrail => ({
  service,
  send: async (message) => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: messageBody(message) }), {
      abortSignal: AbortSignal.timeout(sendTimeoutMs),
    });
  },
});
