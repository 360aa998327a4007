/** One attempt to send a message: signed now, answered within ten seconds by a 2xx or failed. */
import { type PublicHttp, PublicHttpError } from '#shared/net/public-http.ts';
import { readRetryAfter } from '../domain/back-off.ts';
import type { Outcome } from '../domain/delivery.ts';
import { signedHeaders } from '../signing/signed-headers.ts';

export interface Letter {
  readonly url: string;
  readonly eventId: string;
  readonly payload: string;
  readonly secrets: readonly string[];
}
export type Post = (letter: Letter) => Promise<Outcome>;

const timeoutMs = 10_000;

/** What an admin is told of an attempt without an answer. It says nothing of our network. */
const faults: Record<PublicHttpError['fault'], string> = {
  refused: 'the address may not be reached',
  unanswered: 'no answer',
  'too-slow': 'no answer within 10 s',
  'too-large': 'the answer is too large',
  status: 'no answer',
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export const post =
  ({ sendPublic }: Pick<PublicHttp, 'sendPublic'>, now: () => Date): Post =>
  async ({ url, eventId, payload, secrets }) => {
    const begun = now();
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'tessera-webhooks',
      ...signedHeaders({ id: eventId, at: begun, body: payload }, secrets),
    };
    const done = () => ({ at: begun.toISOString(), durationMs: Math.max(0, now().getTime() - begun.getTime()) });
    try {
      const answer = await sendPublic(url, { method: 'POST', headers, body: payload, timeoutMs });
      const { status: httpStatus } = answer;
      if (isSuccess(httpStatus)) return { attempt: { ...done(), httpStatus } };
      return {
        attempt: { ...done(), httpStatus, error: `answered ${httpStatus}` },
        retryAfterSeconds: readRetryAfter(answer.headers['retry-after'], now()),
      };
    } catch (error) {
      if (!(error instanceof PublicHttpError)) throw error;
      return { attempt: { ...done(), error: faults[error.fault] } };
    }
  };
