/** Scheduled rules and EventBridge Scheduler's schedules: fired by the clock, or by name in a test. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Resource } from '../contracts.ts';
import type { TriggerContext } from './context.ts';
import { eventTime, type Rule } from './event-bus.ts';
import { targetInput } from './input-transformer.ts';
import { nameOf, readProperties } from './properties.ts';
import { readSchedule, type ScheduleTimer } from './schedule-expression.ts';
import { checkTarget, deliverySchema, type SendToTarget } from './targets.ts';

const scheduleSchema = z.object({
  Name: z.string().optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.undefined().optional(),
  EndDate: z.undefined().optional(),
  Target: z.object({ ...deliverySchema, RoleArn: z.string(), Input: z.string().optional() }),
});

interface Schedule {
  readonly name: string;
  readonly logicalId: string;
  readonly enabled: boolean;
  readonly timing: ReturnType<typeof readSchedule>;
  fire(at: Date): Promise<void>;
}

export interface Schedules {
  readonly names: readonly string[];
  /** By rule or schedule name, or by logical id; resolves when its targets were given their event. */
  fire(name: string): Promise<void>;
  /** From now on by the clock. */
  start(onFired?: (name: string) => void): void;
  stop(): void;
}

function ofRule(
  context: TriggerContext,
  rule: Rule,
  resource: Resource,
  expression: string,
  send: SendToTarget,
): Schedule {
  const { model } = context;
  return {
    name: rule.name,
    logicalId: resource.logicalId,
    enabled: rule.enabled,
    timing: readSchedule(expression),
    async fire(at) {
      const event = {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: model.accountId,
        time: eventTime(at),
        region: model.region,
        resources: [rule.arn],
        detail: {},
      };
      const sender = { service: 'events.amazonaws.com', sourceArn: rule.arn, name: `schedule ${rule.name}` } as const;
      await Promise.all(
        rule.targets.map((target) =>
          send(target, targetInput(target, event, { ruleArn: rule.arn, ruleName: rule.name }), sender),
        ),
      );
    },
  };
}

function ofScheduler(context: TriggerContext, resource: Resource, send: SendToTarget): Schedule {
  const { model } = context;
  const properties = readProperties(resource, scheduleSchema);
  const name = properties.Name ?? resource.ref;
  checkTarget(properties.Target, nameOf(resource));
  return {
    name,
    logicalId: resource.logicalId,
    enabled: properties.State === 'ENABLED',
    timing: readSchedule(properties.ScheduleExpression, properties.ScheduleExpressionTimezone),
    async fire(at) {
      const event = {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: model.accountId,
        time: eventTime(at),
        region: model.region,
        resources: [resource.arn],
        detail: '{}',
      };
      const values: Readonly<Record<string, string>> = {
        'schedule-arn': resource.arn,
        'scheduled-time': eventTime(at),
        'execution-id': event.id,
        'attempt-number': '1',
      };
      const input = properties.Target.Input?.replaceAll(
        /<aws\.scheduler\.([\w-]+)>/g,
        (whole, key: string) => values[key] ?? whole,
      );
      const sender = {
        service: 'scheduler.amazonaws.com',
        sourceArn: resource.arn,
        name: `schedule ${name}`,
        roleArn: properties.Target.RoleArn,
      } as const;
      await send(properties.Target, input ?? JSON.stringify(event), sender);
    },
  };
}

/** An expression that is not understood stops the start. */
export function createSchedules(context: TriggerContext, rules: readonly Rule[], send: SendToTarget): Schedules {
  const ruleResources = context.model.ofType('AWS::Events::Rule');
  const schedules: Schedule[] = [
    ...rules.flatMap((rule, i) => {
      const resource = ruleResources[i];
      return rule.scheduleExpression && resource
        ? [ofRule(context, rule, resource, rule.scheduleExpression, send)]
        : [];
    }),
    ...context.model.ofType('AWS::Scheduler::Schedule').map((resource) => ofScheduler(context, resource, send)),
  ];
  const timers: ScheduleTimer[] = [];
  return {
    names: schedules.map(({ name }) => name),
    async fire(name) {
      const schedule = schedules.find((one) => one.name === name || one.logicalId === name);
      if (!schedule)
        throw new Error(
          `no schedule is named ${name}; there are: ${schedules.map((one) => one.name).join(', ') || 'none'}`,
        );
      await schedule.fire(new Date());
    },
    start(onFired) {
      for (const schedule of schedules.filter(({ enabled }) => enabled)) {
        timers.push(
          schedule.timing.start((at) => {
            onFired?.(schedule.name);
            void schedule.fire(at);
          }),
        );
      }
    },
    stop() {
      for (const timer of timers.splice(0)) timer.stop();
    },
  };
}
