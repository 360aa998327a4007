/** Bounded records of what happened, for tests to read and the console to print. */
import type { AwsCall, FaultTarget } from '../contracts.ts';

export interface Recorded<T> {
  readonly all: readonly T[];
  clear(): void;
}

export interface CallLog extends Recorded<AwsCall> {
  /** For example `of({ service: 'dynamodb', caller: account.functionName('Api') })`. */
  of(target: FaultTarget): AwsCall[];
}

/** What a long run keeps of each kind; the oldest go first. */
const keepLimit = 20_000;

export class Recording<T> implements Recorded<T> {
  #entries: T[] = [];

  get all(): readonly T[] {
    return this.#entries;
  }

  add(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length > keepLimit) this.#entries = this.#entries.slice(-keepLimit / 2);
  }

  clear(): void {
    this.#entries = [];
  }
}

export class CallRecording extends Recording<AwsCall> implements CallLog {
  of({ caller, service, operation }: FaultTarget): AwsCall[] {
    return this.all.filter(
      (call) =>
        (caller === undefined || call.caller === caller) &&
        (service === undefined || call.service === service) &&
        (operation === undefined || call.operation === operation),
    );
  }
}
