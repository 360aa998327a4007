/** Lambda's asynchronous invocation: retried on error, then handed to the failure destination or the dead-letter queue. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { AccountModel, InvokeResult } from '../contracts.ts';
import type { TriggerContext } from './context.ts';
import { functionNameOf, nameOf, number, queueNameOf, readProperties } from './properties.ts';

const destination = z.object({ Destination: z.string() }).optional();
const configSchema = z.object({
  FunctionName: z.string(),
  Qualifier: z.string().optional(),
  MaximumRetryAttempts: number.min(0).max(2).default(2),
  MaximumEventAgeInSeconds: number.optional(),
  DestinationConfig: z.object({ OnFailure: destination, OnSuccess: z.undefined().optional() }).optional(),
});
const deadLetterSchema = z.object({ DeadLetterConfig: z.object({ TargetArn: z.string() }).optional() });

interface AsyncConfig {
  readonly functionArn: string;
  readonly retries: number;
  readonly onFailure?: string | undefined;
  readonly deadLetters?: string | undefined;
}

/** Every function's settings; one that cannot be played here stops the start. */
export function readAsyncConfigs(model: AccountModel): Map<string, AsyncConfig> {
  const configs = new Map<string, AsyncConfig>();
  for (const resource of model.ofType('AWS::Lambda::Function')) {
    const deadLetters = readProperties(resource, deadLetterSchema).DeadLetterConfig?.TargetArn;
    const own = model.ofType('AWS::Lambda::EventInvokeConfig').find(({ properties }) => {
      const name = String(properties.FunctionName);
      return (functionNameOf(name) ?? name) === resource.ref;
    });
    const config = own ? readProperties(own, configSchema) : undefined;
    const onFailure = config?.DestinationConfig?.OnFailure?.Destination;
    for (const target of [deadLetters, onFailure]) {
      if (target && !queueNameOf(target))
        throw new Error(`${nameOf(own ?? resource)}: only queues are known as destinations, not ${target}`);
    }
    configs.set(resource.ref, {
      functionArn: resource.arn,
      retries: config?.MaximumRetryAttempts ?? 2,
      onFailure,
      deadLetters,
    });
  }
  return configs;
}

const defaults: AsyncConfig = { functionArn: '', retries: 2 };

/** Takes an event for a function; resolves when it was handled for good. AWS waits one and two minutes between attempts, this does not. */
export type InvokeAsync = (functionName: string, event: unknown, from: string) => Promise<void>;

export function createAsyncInvoke(context: TriggerContext): InvokeAsync {
  const configs = readAsyncConfigs(context.model);

  async function giveUp(
    config: AsyncConfig,
    functionName: string,
    requestId: string,
    event: unknown,
    result: InvokeResult,
  ): Promise<void> {
    const responsePayload = JSON.parse(result.payload.toString()) as { errorMessage?: string };
    if (config.deadLetters) {
      const attributes = { RequestID: requestId, ErrorCode: '200', ErrorMessage: responsePayload.errorMessage ?? '' };
      await context.queues.send(config.deadLetters, { body: JSON.stringify(event), attributes });
    }
    if (config.onFailure) {
      const body = {
        version: '1.0',
        timestamp: new Date().toISOString(),
        requestContext: {
          requestId,
          functionArn: `${config.functionArn}:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: config.retries + 1,
        },
        requestPayload: event,
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload,
      };
      await context.queues.send(config.onFailure, { body: JSON.stringify(body) });
    }
    const kept = config.deadLetters ?? config.onFailure;
    const where = kept ? `kept in ${queueNameOf(kept)}` : 'lost: no dead-letter queue';
    context.report(
      functionName,
      `an event failed ${config.retries + 1} times and is ${where}: ${responsePayload.errorMessage}`,
    );
  }

  return async (functionName, event, from) => {
    const end = context.activity.begin(`event for ${functionName}`);
    const config = configs.get(functionName) ?? defaults;
    try {
      for (let attempt = 0; ; attempt += 1) {
        const result = await context.deliver({ functionName, from, records: [event], toEvent: ([only]) => only });
        if (!result.functionError) return;
        if (attempt >= config.retries) return await giveUp(config, functionName, randomUUID(), event, result);
      }
    } catch (error) {
      context.report(functionName, `an event could not be handed on: ${String(error)}`);
    } finally {
      end();
    }
  };
}
