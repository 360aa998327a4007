/** Every trigger of the template, started together: mappings, rules, schedules, bucket notifications. */
import type { GatewayHooks, Resource } from '../contracts.ts';
import { createAsyncInvoke, type InvokeAsync } from './async-invoke.ts';
import type { TriggerContext } from './context.ts';
import { createEventBus, type EventBus, type OnPublished, readRules } from './event-bus.ts';
import { checkMappingPermissions } from './mapping-permissions.ts';
import { createObjectEvents } from './object-events.ts';
import { nameOf } from './properties.ts';
import { type QueueMapping, startQueueMapping } from './queue-mapping.ts';
import { createSchedules, type Schedules } from './schedules.ts';
import { type Checkpoints, type StreamMapping, startStreamMapping } from './stream-mapping.ts';
import { createSendToTarget } from './targets.ts';

export interface TriggerOptions {
  readonly fastRedelivery: boolean;
  readonly checkpoints: Checkpoints;
  readonly onPublished?: OnPublished;
}

export interface Triggers extends Pick<GatewayHooks, 'tableWritten' | 'objectCreated'> {
  readonly bus: EventBus;
  readonly schedules: Schedules;
  readonly invokeAsync: InvokeAsync;
  /** Queues with an enabled mapping: what `drain()` waits for. */
  readonly mappedQueues: readonly string[];
  visibilityChanged(queueName: string, receiptHandle: string): void;
  close(): Promise<void>;
}

const sourceOf = (resource: Resource) => String(resource.properties.EventSourceArn);

/** @throws Error naming the resource that cannot be played. */
export async function startTriggers(context: TriggerContext, options: TriggerOptions): Promise<Triggers> {
  const { model } = context;
  const rules = readRules(model);
  const invokeAsync = createAsyncInvoke(context);
  const send = createSendToTarget(context, invokeAsync);
  const bus = createEventBus(context, rules, send, options.onPublished);
  const schedules = createSchedules(context, rules, send);
  const objectCreated = createObjectEvents(context, bus, invokeAsync);

  const streams: StreamMapping[] = [];
  const queues: QueueMapping[] = [];
  for (const resource of model.ofType('AWS::Lambda::EventSourceMapping')) {
    const source = sourceOf(resource);
    checkMappingPermissions(model, resource);
    if (source.includes(':sqs:')) queues.push(await startQueueMapping(context, resource, options));
    else if (source.includes(':dynamodb:'))
      streams.push(await startStreamMapping(context, resource, options.checkpoints));
    else throw new Error(`${nameOf(resource)}: the event source ${source} is not known`);
  }

  return {
    bus,
    schedules,
    invokeAsync,
    objectCreated,
    mappedQueues: queues.filter(({ enabled }) => enabled).map(({ queue }) => queue),
    tableWritten(table) {
      for (const stream of streams) if (stream.table === table) stream.wake();
    },
    visibilityChanged(queueName, receiptHandle) {
      for (const mapping of queues) if (mapping.queue === queueName) mapping.visibilityChanged(receiptHandle);
    },
    async close() {
      schedules.stop();
      await Promise.all([...streams, ...queues].map((mapping) => mapping.close()));
    },
  };
}
