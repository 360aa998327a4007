/** EventBridge: events put on a bus go to the targets of every enabled rule of that bus whose pattern matches. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { AccountModel, BusEntry, Resource } from '../contracts.ts';
import type { TriggerContext } from './context.ts';
import { compilePattern } from './event-pattern.ts';
import { inputSchema, targetInput } from './input-transformer.ts';
import { jsonDocument, nameOf, readProperties } from './properties.ts';
import { checkTarget, deliverySchema, type SendToTarget } from './targets.ts';

const targetSchema = z.object({ Id: z.string(), ...deliverySchema, ...inputSchema });
const ruleSchema = z.object({
  Name: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: jsonDocument.optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  Targets: z.array(targetSchema).default([]),
});

export type RuleTarget = z.output<typeof targetSchema>;

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly enabled: boolean;
  readonly matches: ((event: unknown) => boolean) | undefined;
  readonly scheduleExpression: string | undefined;
  readonly targets: readonly RuleTarget[];
}

/** An event on a bus, as targets receive it. */
export interface BusEvent extends Record<string, unknown> {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}

const busName = (nameOrArn: string) => nameOrArn.split('/').at(-1) ?? nameOrArn;

function readRule(resource: Resource): Rule {
  const properties = readProperties(resource, ruleSchema);
  for (const target of properties.Targets) checkTarget(target, nameOf(resource));
  const { EventPattern } = properties;
  let matches: Rule['matches'];
  try {
    matches = EventPattern === undefined ? undefined : compilePattern(EventPattern);
  } catch (error) {
    throw new Error(`${nameOf(resource)}: ${(error as Error).message}`);
  }
  return {
    name: properties.Name ?? resource.logicalId,
    arn: resource.arn,
    bus: busName(properties.EventBusName),
    enabled: properties.State !== 'DISABLED',
    matches,
    scheduleExpression: properties.ScheduleExpression,
    targets: properties.Targets,
  };
}

/** Every rule; a pattern or target that cannot be played stops the start. */
export const readRules = (model: AccountModel): Rule[] => model.ofType('AWS::Events::Rule').map(readRule);

/** Seconds are EventBridge's precision. */
export const eventTime = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;

export function toBusEvent(entry: BusEntry, model: AccountModel): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.detailType,
    source: entry.source,
    account: model.accountId,
    time: eventTime(entry.time ? new Date(entry.time) : new Date()),
    region: model.region,
    resources: [...(entry.resources ?? [])],
    detail: JSON.parse(entry.detail) as unknown,
  };
}

export interface EventBus {
  /** Answers the ids at once, as PutEvents does; delivery goes on by itself. */
  put(entries: readonly BusEntry[]): { eventId: string }[];
}

export type OnPublished = (bus: string, event: BusEvent, rules: readonly string[]) => void;

export function createEventBus(
  context: TriggerContext,
  rules: readonly Rule[],
  send: SendToTarget,
  onPublished?: OnPublished,
): EventBus {
  const { model } = context;
  const buses = new Set([
    'default',
    ...model.ofType('AWS::Events::EventBus').map(({ properties, ref }) => String(properties.Name ?? ref)),
  ]);

  function deliver(rule: Rule, event: BusEvent): void {
    const name = `rule ${rule.name}`;
    for (const target of rule.targets) {
      try {
        const input = targetInput(target, event, { ruleArn: rule.arn, ruleName: rule.name });
        void send(target, input, { service: 'events.amazonaws.com', sourceArn: rule.arn, name });
      } catch (error) {
        context.report(name, `the target ${target.Id} could not be given its input: ${String(error)}`);
      }
    }
  }

  function put(entry: BusEntry): { eventId: string } {
    const bus = busName(entry.bus ?? 'default');
    if (!buses.has(bus)) throw new Error(`ResourceNotFoundException: there is no event bus ${bus}`);
    const event = toBusEvent(entry, model);
    const matching = rules.filter((rule) => rule.enabled && rule.bus === bus && rule.matches?.(event));
    onPublished?.(
      bus,
      event,
      matching.map(({ name }) => name),
    );
    for (const rule of matching) deliver(rule, event);
    return { eventId: event.id };
  }

  return { put: (entries) => entries.map(put) };
}
