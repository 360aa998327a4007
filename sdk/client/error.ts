/** Why a call did not do what it was for: a problem that the API names, or one that never came so far. */
import type { ProblemType } from '../api/types.ts';

/** Found by the client itself: there is no reply, or none that it knows. */
export type ClientProblemType =
  | 'urn:tessera:client:unreachable'
  | 'urn:tessera:client:timeout'
  | 'urn:tessera:client:reply-unknown'
  | 'urn:tessera:client:pages-endless'
  | 'urn:tessera:client:upload-failed'
  | 'urn:tessera:client:upload-rejected'
  | 'urn:tessera:client:generation-unfinished';

/** A later API may name more. */
export type ErrorType = ProblemType | ClientProblemType | (string & {});

export interface FieldError {
  /** A JSON pointer into `path`, `query`, `headers` or `body`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface Problem {
  readonly type: ErrorType;
  readonly title: string;
  /** 0: there was no reply. */
  readonly status?: number;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[];
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

export class TesseraError extends Error {
  override readonly name = 'TesseraError';
  /** Tell errors apart by it. */
  readonly type: ErrorType;
  /** The same for every error of this type. */
  readonly title: string;
  /** Of the reply; 0: there was none. */
  readonly status: number;
  /** What it was this time. */
  readonly detail: string | undefined;
  /** What is wrong with the request, place by place. */
  readonly errors: readonly FieldError[];
  /** The logs have it too: quote it when you ask for help. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor({ type, title, status = 0, detail, errors = [], requestId, retryAfterSeconds, cause }: Problem) {
    super(detail === undefined ? title : `${title}: ${detail}`, { cause });
    this.type = type;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const isShape = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Seconds, or a date. */
const retryAfterOf = (header: string | null, nowMs: number): number | undefined => {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - nowMs) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
};

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return isShape(value) ? value : {};
  } catch {
    return {};
  }
};

const fieldErrors = (errors: unknown): readonly FieldError[] =>
  Array.isArray(errors)
    ? errors.filter(
        (one): one is FieldError => isShape(one) && typeof one.pointer === 'string' && typeof one.detail === 'string',
      )
    : [];

/** The gateway in front of the API answers `{ message }`, and a proxy anything. */
export const errorOf = (status: number, headers: Headers, text: string, nowMs: number): TesseraError => {
  const { type, title, detail, instance, message, errors } = parsed(text);
  return new TesseraError({
    type: textOf(type) ?? 'about:blank',
    title: textOf(title) ?? textOf(message) ?? `the API answered ${status}`,
    status,
    detail: textOf(detail),
    errors: fieldErrors(errors),
    requestId: textOf(instance) ?? headers.get('apigw-requestid') ?? undefined,
    retryAfterSeconds: retryAfterOf(headers.get('retry-after'), nowMs),
  });
};

const passingStatuses = [0, 429, 500, 502, 503, 504];

/** The call was cut off, by whomever, and not refused: what it asked for may be done. */
export const hasMaybeActed = ({ status }: TesseraError): boolean => [0, 500, 502, 504].includes(status);

/** Whether the same call may do better in a while. */
export const isPassing = (error: unknown): error is TesseraError =>
  error instanceof TesseraError && passingStatuses.includes(error.status);
