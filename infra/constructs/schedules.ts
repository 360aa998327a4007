/** What happens by the clock: a message into a queue, whose retries, dead letters and alarm it shares. */
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { WorkQueue } from './queues.ts';

export interface ScheduledMessageProps {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  readonly work: WorkQueue;
  readonly message: Readonly<Record<string, unknown>>;
}

/** Sends the message at each of the schedule's times. EventBridge Scheduler delivers at least once: its reader takes duplicates. */
export class ScheduledMessage extends Construct {
  constructor(scope: Construct, id: string, { description, schedule, work, message }: ScheduledMessageProps) {
    super(scope, id);
    new Schedule(this, 'Schedule', {
      description,
      schedule,
      target: new SqsSendMessage(work.queue, {
        input: ScheduleTargetInput.fromObject(message),
        deadLetterQueue: work.deadLetterQueue,
      }),
    });
  }
}
