/** Asks credits to set a job's credits aside: the one synchronous call between services, because the user must hear a refusal at once. */

import type { Logger } from '@aws-lambda-powertools/logger';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type * as z from 'zod';
import { type HoldAnswer, type HoldRequest, holdAnswer, type holdRejection } from '#services/credits/contracts.ts';

export type HoldRejection = z.infer<typeof holdRejection>;

/** Nothing when the ledger cannot be reached: then nothing may run. */
export type HoldCredits = (request: HoldRequest) => Promise<HoldAnswer | undefined>;

/** API Gateway gives up after 30 s; the request must still be answered by then. */
const timeoutMs = 15_000;

export const holdCredits =
  (client: LambdaClient, functionName: string, logger: Logger): HoldCredits =>
  async (request) => {
    try {
      const { FunctionError, Payload } = await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
        { abortSignal: AbortSignal.timeout(timeoutMs) },
      );
      const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
      if (FunctionError) throw new Error(`${functionName}: ${FunctionError}`, { cause: answer });
      return holdAnswer.parse(answer);
    } catch (error) {
      logger.error('ledger not reached', { holdId: request.holdId, error: error as Error });
      return undefined;
    }
  };
