/**
 * A provider makes outputs: it is handed a tool's run and answers with files, or with a task that will be done later.
 * Whatever goes wrong is thrown as a ProviderError whose kind says what to do next; anything else counts as transient.
 */
import type { Tool } from '#services/catalog/contracts.ts';
import type { JobOutput, Usage } from '../domain/job-events.ts';

/** An input file, read and unchanged since it was checked. */
export interface InputFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** One call for one attempt of a job with one model. */
export interface ProviderRequest {
  /** Stable over all attempts: a provider that takes idempotency keys gets this one. */
  readonly jobId: string;
  readonly app: string;
  /** 1 to 3. */
  readonly attempt: number;
  readonly tool: Pick<Tool, 'id' | 'type' | 'output'>;
  readonly model: string;
  /** Validated against the tool's schema; options by their ids. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The same in words for a model: in place of an option's id stands the option's prompt, where it has one. */
  readonly worded: Readonly<Record<string, unknown>>;
  readonly inputs: readonly InputFile[];
  /** Aborts when the worker's time or the job's deadline is nearly over. */
  readonly signal: AbortSignal;
}

/** A file that a provider made. */
export interface ProducedFile {
  readonly kind: JobOutput['kind'];
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface Finished {
  readonly status: 'finished';
  readonly files: readonly ProducedFile[];
  readonly usage: Usage;
}

/** The provider works on; its task is asked after, or tells by webhook. */
export interface Submitted {
  readonly status: 'submitted';
  readonly taskId: string;
}

/** How a submitted task stands. `progress`: 0 to 100. */
export type TaskState = Finished | { readonly status: 'running'; readonly progress?: number };

/** A webhook as it came in, unparsed: signatures are over the very bytes. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Epoch milliseconds, to refuse replays. */
  readonly receivedAtMs: number;
}

/** What an authentic webhook said. A failed task is told by its error, as `check` throws it. */
export interface WebhookReading {
  readonly taskId: string;
  readonly state: TaskState | { readonly status: 'failed'; readonly error: ProviderError };
}

/** Answers within one call. */
export interface ImmediateProvider {
  readonly name: string;
  /** @throws ProviderError */
  start(request: ProviderRequest): Promise<Finished>;
}

/** May answer later than one call lasts. */
export interface TaskProvider {
  readonly name: string;
  /** @throws ProviderError */
  start(request: ProviderRequest): Promise<Finished | Submitted>;
  /** @throws ProviderError when the task has failed or is unknown. */
  check(taskId: string, signal: AbortSignal): Promise<TaskState>;
  /** Nothing when the signature does not fit. */
  readWebhook(request: WebhookRequest): Promise<WebhookReading | undefined>;
  /** Asks the provider to stop; answers whether it will. */
  cancel?(taskId: string, signal: AbortSignal): Promise<boolean>;
}

/**
 * `transient`: try again later. `next-model`: this model is missing, overloaded or failing; another may do.
 * `blocked`: moderation refused the content. `invalid`: the request can never succeed. `fatal`: neither can the provider.
 */
export type ProviderErrorKind = 'transient' | 'next-model' | 'blocked' | 'invalid' | 'fatal';

/** The message is shown to the user; what only operators may see goes into `cause`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  /** The provider asked for at least this pause. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ProviderErrorKind,
    message: string,
    { retryAfterSeconds, cause }: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
