/** Asks generation what became of a job (docs/adr/0009). */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type JobStatusAnswer, type JobStatusRequest, jobStatusAnswer } from '#services/generation/contracts.ts';

/** @throws Error when generation does not answer: then the hold stays for the next sweep. */
export type AskJobStatus = (request: JobStatusRequest) => Promise<JobStatusAnswer>;

const timeoutMs = 10_000;

export const askJobStatus =
  (client: LambdaClient, functionName: string): AskJobStatus =>
  async (request) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
      { abortSignal: AbortSignal.timeout(timeoutMs) },
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
    if (FunctionError) throw new Error(`${functionName}: ${FunctionError}`, { cause: answer });
    return jobStatusAnswer.parse(answer);
  };
