/** The admin service: what happened in numbers, what admins did, and the queues of the whole deployment. */
import { Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { countedTypes } from '#services/admin/domain/measure.ts';
import { routes } from '#services/admin/routes.ts';
import { BusConsumer, QueueConsumer } from '../constructs/consumers.ts';
import { ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface AdminProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

/** Every stack's name begins so, and with it the name of every queue that CloudFormation makes. */
const queuePrefix = 'Tessera';
const queues = `${queuePrefix}*`;
/** How `DeadLetterQueue` is called everywhere. */
const deadLetters = `${queuePrefix}*DeadLetters*`;

export class AdminStack extends Stack {
  private readonly counters: ReadModelTable;
  private readonly activeUsers: ReadModelTable;
  private readonly audit: ReadModelTable;

  constructor(scope: Construct, id: string, { platform, identity, ...props }: AdminProps) {
    super(scope, id, props);
    this.counters = new ReadModelTable(this, 'Counters', { partitionKey: 'subject', sortKey: 'part', ttl: 'expires' });
    this.activeUsers = new ReadModelTable(this, 'ActiveUsers', {
      partitionKey: 'owner',
      ttl: 'expires',
      indexes: [{ name: 'byDay', partitionKey: 'app', sortKey: 'day', keysOnly: true }],
    });
    this.audit = new ReadModelTable(this, 'Audit', {
      partitionKey: 'app',
      sortKey: 'entry',
      ttl: 'expires',
      indexes: [{ name: 'byActor', partitionKey: 'appActor', sortKey: 'entry' }],
    });
    this.api(platform, identity);
    this.counting(platform);
    this.writingDown(platform);
  }

  private api(platform: PlatformStack, identity: IdentityStack): void {
    const api = new TesseraFunction(this, 'Api', {
      service: 'admin',
      entry: 'services/admin/handlers/api.ts',
      environment: {
        COUNTERS_TABLE: this.counters.tableName,
        ACTIVE_USERS_TABLE: this.activeUsers.tableName,
        AUDIT_TABLE: this.audit.tableName,
        QUEUE_PREFIX: queuePrefix,
      },
      // Listing asks SQS for each of a hundred queues.
      timeout: Duration.seconds(20),
    });
    this.counters.allow(api, 'Query');
    this.activeUsers.allowIndex(api, 'byDay');
    this.audit.allow(api, 'Query');
    this.audit.allowIndex(api, 'byActor');
    platform.letReadCatalog(api);
    this.letSeeQueues(api);
    identity.routes.add(this, 'Routes', { routes, function: api });
  }

  /** By name, not by resource: this stack depends on none of those whose queues it shows. */
  private letSeeQueues(api: TesseraFunction): void {
    const arn = (name: string) => this.formatArn({ service: 'sqs', resource: name });
    api.allow(['sqs:GetQueueAttributes'], [arn(queues)]);
    // Where messages of a dead-letter queue go when they are given again.
    api.allow(['sqs:SendMessage'], [arn(queues)]);
    api.allow(
      [
        'sqs:ReceiveMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:StartMessageMoveTask',
        'sqs:ListMessageMoveTasks',
      ],
      [arn(deadLetters)],
    );
    api.addToRolePolicy(new PolicyStatement({ actions: ['sqs:ListQueues'], resources: ['*'] }));
    const nag = (resource: string, reason: string) =>
      Validations.of(api.role ?? api).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`,
        reason,
      });
    nag('*', 'sqs:ListQueues takes no resource.');
    const place = `arn:<AWS::Partition>:sqs:${this.shown(this.region, 'AWS::Region')}:${this.shown(this.account, 'AWS::AccountId')}`;
    nag(`${place}:${queues}`, 'Queues of all stacks of this deployment, whose names CloudFormation makes.');
    nag(`${place}:${deadLetters}`, 'Dead-letter queues of all stacks of this deployment.');
  }

  /** As cdk-nag names it: what is known at deployment only, in angle brackets. */
  private shown(value: string, name: string): string {
    return Stack.of(this).resolve(value) === value ? value : `<${name}>`;
  }

  /** All counted events through one queue: full batches make few writes. */
  private counting(platform: PlatformStack): void {
    const count = new TesseraFunction(this, 'CountEvents', {
      service: 'admin',
      entry: 'services/admin/handlers/count-events.ts',
      environment: { COUNTERS_TABLE: this.counters.tableName, ACTIVE_USERS_TABLE: this.activeUsers.tableName },
      timeout: Duration.seconds(30),
    });
    this.counters.allow(count, 'PutItem', 'UpdateItem');
    this.activeUsers.allow(count, 'BatchGetItem', 'UpdateItem', 'DeleteItem');
    platform.letReadCatalog(count);
    new BusConsumer(this, 'Counted', {
      bus: platform.bus,
      source: Object.keys(countedTypes).map((service) => `tessera.${service}`),
      detailTypes: Object.values(countedTypes).flat(),
      function: count,
      batchSize: 100,
      batchingWindow: Duration.seconds(20),
      // More would meet each other at the counters.
      maxConcurrency: 5,
    });
  }

  /** Nobody may change what was written down: no role has more than PutItem, and that is made on the condition that nothing is there. */
  private writingDown(platform: PlatformStack): void {
    const record = new TesseraFunction(this, 'RecordAudit', {
      service: 'admin',
      entry: 'services/admin/handlers/record-audit.ts',
      environment: { AUDIT_TABLE: this.audit.tableName },
    });
    this.audit.allow(record, 'PutItem');
    new QueueConsumer(this, 'Acts', { work: platform.audit, function: record });
  }
}
