/** Where rules and schedules send: functions, queues and delivery streams, if policies let them; else it is kept in a dead-letter queue. */
import * as z from 'zod';
import { isAllowed } from '../iam/index.ts';
import { rolePolicies } from '../template/index.ts';
import type { InvokeAsync } from './async-invoke.ts';
import { backOff } from './backoff.ts';
import type { TriggerContext } from './context.ts';
import { mayInvoke, maySend } from './permissions.ts';
import { functionNameOf, isDeliveryStream, number, queueNameOf } from './properties.ts';

export const deliverySchema = {
  Arn: z.string(),
  RoleArn: z.string().optional(),
  SqsParameters: z.object({ MessageGroupId: z.string().optional() }).optional(),
  RetryPolicy: z
    .object({ MaximumRetryAttempts: number.optional(), MaximumEventAgeInSeconds: number.optional() })
    .optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
};

export interface Target {
  readonly Arn: string;
  /** Of a rule whose target has no policy of its own: what it acts by. */
  readonly RoleArn?: string | undefined;
  readonly SqsParameters?: { readonly MessageGroupId?: string | undefined } | undefined;
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number | undefined } | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
}

/** Who sends: the service that the target's policy must name, and the resource on whose behalf. */
export interface Sender {
  readonly service: 'events.amazonaws.com' | 'scheduler.amazonaws.com';
  readonly sourceArn: string;
  readonly name: string;
  /** EventBridge Scheduler acts by a role, which must allow the call; rules rely on the target's policy. */
  readonly roleArn?: string;
}

/** EventBridge tries for a day; a local queue that fails this often is not coming back. */
const retryLimit = 3;

export type SendToTarget = (target: Target, input: string, sender: Sender) => Promise<void>;

/** Throws on a target that cannot be played here, naming who sends to it. */
export function checkTarget(target: Target, senderName: string): void {
  if (functionNameOf(target.Arn) || queueNameOf(target.Arn) || isDeliveryStream(target.Arn)) return;
  throw new Error(
    `${senderName} sends to ${target.Arn}: only functions, queues and delivery streams are known as targets`,
  );
}

/** Why this sender may not deliver, or undefined. */
function refusal(
  { model }: TriggerContext,
  target: Target,
  { service, sourceArn, roleArn }: Sender,
): string | undefined {
  const functionName = functionNameOf(target.Arn);
  const toStream = isDeliveryStream(target.Arn);
  const actsBy = roleArn ?? (toStream ? target.RoleArn : undefined);
  if (actsBy) {
    const action = functionName ? 'lambda:InvokeFunction' : toStream ? 'firehose:PutRecord' : 'sqs:SendMessage';
    const allowed = isAllowed(rolePolicies(model, actsBy), { action, resource: target.Arn });
    return allowed ? undefined : `${actsBy} does not allow ${action} on ${target.Arn}`;
  }
  if (toStream) return `the target ${target.Arn} has no role to be written to by`;
  const allowed = functionName
    ? mayInvoke(model, functionName, service, sourceArn)
    : maySend(model, target.Arn, service, sourceArn);
  return allowed ? undefined : `${target.Arn} does not permit ${service} to deliver for ${sourceArn}`;
}

export function createSendToTarget(context: TriggerContext, invokeAsync: InvokeAsync): SendToTarget {
  const { firehose, queues, report } = context;
  const signal = new AbortController().signal;
  // Policies stay as they are: reading all of them for each event would cost more than the event.
  const refusals = new Map<string, string | undefined>();

  function refusalOf(target: Target, sender: Sender): string | undefined {
    const key = [sender.sourceArn, sender.roleArn, target.RoleArn, target.Arn].join(' ');
    if (!refusals.has(key)) refusals.set(key, refusal(context, target, sender));
    return refusals.get(key);
  }

  async function send(target: Target, input: string, sender: Sender): Promise<void> {
    const functionName = functionNameOf(target.Arn);
    if (functionName) return invokeAsync(functionName, JSON.parse(input), sender.name);
    if (isDeliveryStream(target.Arn)) return firehose.put(target.Arn, Buffer.from(input));
    const limit = Math.min(target.RetryPolicy?.MaximumRetryAttempts ?? retryLimit, retryLimit);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await queues.send(target.Arn, { body: input, groupId: target.SqsParameters?.MessageGroupId });
      } catch (error) {
        if (attempt >= limit) throw error;
        await backOff(attempt, signal);
      }
    }
  }

  async function keep(target: Target, input: string, sender: Sender, code: string, why: string): Promise<void> {
    const deadLetters = target.DeadLetterConfig?.Arn;
    if (!deadLetters) return report(sender.name, `an event is lost, there is no dead-letter queue: ${why}`);
    if (
      sender.service === 'events.amazonaws.com' &&
      !maySend(context.model, deadLetters, sender.service, sender.sourceArn)
    ) {
      return report(sender.name, `an event is lost, ${deadLetters} does not permit ${sender.service}: ${why}`);
    }
    report(sender.name, `an event was put into ${queueNameOf(deadLetters)}: ${why}`);
    const attributes = {
      RULE_ARN: sender.sourceArn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: code,
      ERROR_MESSAGE: why,
      RETRY_ATTEMPTS: '0',
    };
    await queues.send(deadLetters, { body: input, attributes });
  }

  return async (target, input, sender) => {
    const end = context.activity.begin(`${sender.name} → ${target.Arn.split(':').at(-1)}`);
    try {
      const refused = refusalOf(target, sender);
      if (refused) return await keep(target, input, sender, 'NO_PERMISSIONS', refused);
      await send(target, input, sender).catch((error: unknown) =>
        keep(target, input, sender, 'SDK_CLIENT_ERROR', String(error)),
      );
    } catch (error) {
      report(sender.name, `an event is lost: ${String(error)}`);
    } finally {
      end();
    }
  };
}
