/** Queues, each with a dead-letter queue that an alarm watches and from which messages can be sent back. */
import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmAbove } from './alarm.ts';

const secured = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const satisfies QueueProps;

/** Keeps what could not be handled for 14 days, and rings. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { visibilityTimeout }: { visibilityTimeout?: Duration } = {}) {
    super(scope, id, {
      ...secured,
      retentionPeriod: Duration.days(14),
      ...(visibilityTimeout ? { visibilityTimeout } : {}),
    });
    const reason = 'This is a dead-letter queue: an operator empties it.';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions::AwsSolutions-SQS3', reason },
      { id: 'Serverless::Serverless-SQSRedrivePolicy', reason },
    );
    const waiting = this.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Maximum',
    });
    alarmAbove(this, 'Waiting', waiting, {
      threshold: 0,
      describe: `${this.node.path}: messages could not be handled`,
      runbook: 'dead-letters',
    });
  }
}

export interface WorkQueueProps {
  /** At least six times the consumer's time-out, so that a message comes again only when its worker is surely gone. */
  readonly visibilityTimeout: Duration;
  /** Deliveries before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, { visibilityTimeout, maxReceiveCount }: WorkQueueProps) {
    super(scope, id);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { visibilityTimeout });
    this.queue = new Queue(this, 'Queue', {
      ...secured,
      visibilityTimeout,
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });
  }
}
