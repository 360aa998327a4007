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
  /** Works for an hour, for providers that fetch their inputs. */
  readonly url: string;
}

/** One call for one attempt of a job with one model. */
export interface ProviderRequest {
  /** Stable over all attempts: a provider that takes idempotency keys gets this one with the attempt. */
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
  /** What the model is told, in full: the tool's instruction with the worded parameters in place. */
  readonly instruction: string;
  /** JSON Schema of the answer, for tools whose output is JSON. */
  readonly resultSchema?: Readonly<Record<string, unknown>> | undefined;
  /** What this very model takes, where the definition says so, placeholders filled. It goes over what the adapter would send. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
  readonly inputs: readonly InputFile[];
  /** Where a provider tells that its task is over: unguessable, of this attempt alone. */
  readonly callbackUrl: string;
  /** Aborts when the worker's time or the job's deadline is nearly over. */
  readonly signal: AbortSignal;
}

/** What a provider made and may say of it. */
interface Produced {
  readonly kind: JobOutput['kind'];
  /** As in the title of a song. */
  readonly title?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

/** Came with the answer itself. At most `maxInlineBytes`. */
export interface InlineFile extends Produced {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Lies with the provider, to be fetched from a public https address. Its type is known when it has been fetched. */
export interface RemoteFile extends Produced {
  readonly url: string;
}

export type ProducedFile = InlineFile | RemoteFile;

export interface Finished {
  readonly status: 'finished';
  /** 1 to `maxOutputs`. */
  readonly files: readonly ProducedFile[];
  readonly usage: Usage;
}

/** The provider works on; its task is asked after, or tells by webhook. */
export interface Submitted {
  readonly status: 'submitted';
  readonly taskId: string;
}

/** A task as it was submitted. */
export interface Task {
  readonly taskId: string;
  readonly model: string;
  readonly output: JobOutput['kind'];
}

/** How a submitted task stands. `progress`: 0 to 100. A task that is not known any more has failed. */
export type TaskState =
  | Finished
  | { readonly status: 'running'; readonly progress?: number | undefined }
  | { readonly status: 'failed'; readonly error: ProviderError };

/** A webhook as it came in, unparsed: signatures are over the very bytes. */
export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Epoch milliseconds, to refuse replays. */
  readonly receivedAtMs: number;
}

/** Which task an authentic webhook told of. What became of it is asked of the provider, which nobody can forge. */
export interface WebhookReading {
  readonly taskId: string;
  /** Whether the task is over; else it told of progress. */
  readonly isOver: boolean;
}

/** How tasks that last longer than one call are followed. */
export interface Tasks {
  /** @throws ProviderError when it could not be asked: it is asked again, and the task goes on meanwhile. */
  check(task: Task, signal: AbortSignal): Promise<TaskState>;
  /** Nothing when it is not authentic or cannot be read. The URL that it came to was signed and checked before. */
  readWebhook(request: WebhookRequest): Promise<WebhookReading | undefined>;
  /** Asks the provider to stop; answers whether it will. */
  cancel?(task: Pick<Task, 'taskId' | 'model'>, signal: AbortSignal): Promise<boolean>;
}

/** One maker of outputs, with one app's credentials. */
export interface Provider {
  readonly name: string;
  /** @throws ProviderError */
  start(request: ProviderRequest): Promise<Finished | Submitted>;
  /** Absent where every answer comes at once. */
  readonly tasks?: Tasks;
}

/** A job has no more outputs. */
export const maxOutputs = 8;

/** Bytes of a file that may come inside an answer, and so lie in memory. */
export const maxInlineBytes = 16 * 1024 * 1024;
/** The same in base64, which is four thirds of its bytes. */
export const maxInlineBase64 = Math.ceil(maxInlineBytes / 3) * 4;
/** Of an answer: its largest inline file, and what is said around it. */
export const maxAnswerBytes = maxInlineBase64 + 1024 * 1024;

/**
 * `transient`: try again later. `next-model`: this model is missing, overloaded or failing; another may do.
 * `blocked`: moderation refused the content. `invalid`: the request can never succeed.
 * `fatal`: this provider cannot, with any model: its key is refused, its account is empty, its answer makes no sense.
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
