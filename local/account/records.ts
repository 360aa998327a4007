/** Everything the account records, told to whoever watches as well. */
import type { AwsCall } from '../contracts.ts';
import type { FunctionLog } from '../functions/function-worker.ts';
import type { Invocation } from '../functions/runtime.ts';
import type { Problem } from '../triggers/context.ts';
import type { HandledRequest } from '../triggers/http-api/gateway.ts';
import { CallRecording, Recording } from './calls.ts';
import type { AccountOptions } from './options.ts';

export function createRecords(options: AccountOptions) {
  const calls = new CallRecording();
  const logs = new Recording<FunctionLog>();
  const requests = new Recording<HandledRequest>();
  const invocations = new Recording<Invocation>();
  const problems = new Recording<Problem>();
  const recordTo =
    <T>(recording: Recording<T>, watcher: ((entry: T) => void) | undefined) =>
    (entry: T) => {
      recording.add(entry);
      watcher?.(entry);
    };
  return {
    kept: { calls, logs, requests, invocations, problems },
    onCall: (call: AwsCall) => calls.add(call),
    onLog: recordTo(logs, options.onLog),
    onRequest: recordTo(requests, options.onRequest),
    onInvocation: recordTo(invocations, options.onInvocation),
    report: (source: string, message: string) =>
      recordTo(problems, options.onProblem)({ at: Date.now(), source, message }),
  };
}
