/** The notifications service: users' inboxes, what admins tell many, and the sockets over which clients hear at once. */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { routes } from '#services/notifications/routes.ts';
import { BusConsumer, QueueConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { ScheduledMessage } from '../constructs/schedules.ts';
import { SocketApi } from '../constructs/socket-api.ts';
import { ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import { exportTimeout, type IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface NotificationsProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

const workTimeout = Duration.seconds(30);

/** Which events may lead to a notification, and which are pushed to open sockets. By the service that tells them. */
const noted = {
  generation: ['JobSucceeded', 'JobFailed'],
  credits: ['CreditsGranted', 'CreditsAdjusted', 'LowBalanceReached'],
  billing: [
    'PaymentFailed',
    'PaymentActionRequired',
    'PaymentRefunded',
    'DisputeOpened',
    'DisputeWon',
    'DisputeLost',
    'SubscriptionChanged',
    'TrialEnding',
  ],
} as const;
const pushed = {
  generation: [
    'JobRequested',
    'JobStarted',
    'JobProgressed',
    'JobSucceeded',
    'JobFailed',
    'JobCancelled',
    'JobChanged',
    'JobRemoved',
  ],
  credits: [
    'CreditsGranted',
    'CreditsHeld',
    'HoldSettled',
    'HoldReleased',
    'GrantsExpired',
    'PlanChanged',
    'CreditsAdjusted',
    'GrantRevoked',
    'DebtRepaid',
    'GrantReinstated',
  ],
  billing: ['SubscriptionChanged', 'PlanEntitled'],
  notifications: ['NotificationCreated', 'NotificationChanged'],
  catalog: ['CatalogChanged'],
  identity: ['UserDeleted'],
} as const;
const known = {
  identity: ['PreferencesChanged', 'UserDeleted'],
  credits: ['AccountOpened', 'PlanChanged'],
} as const;

export class NotificationsStack extends Stack {
  private readonly notifications: ReadModelTable;
  private readonly members: ReadModelTable;
  private readonly broadcasts: ReadModelTable;
  private readonly connections: ReadModelTable;
  private readonly feed: ReadModelTable;

  constructor(scope: Construct, id: string, { platform, identity, ...props }: NotificationsProps) {
    super(scope, id, props);
    this.notifications = new ReadModelTable(this, 'Notifications', {
      partitionKey: 'owner',
      sortKey: 'id',
      ttl: 'expires',
      indexes: [{ name: 'byUnread', partitionKey: 'unreadOwner', sortKey: 'id' }],
      stream: true,
    });
    this.members = new ReadModelTable(this, 'Members', { partitionKey: 'app', sortKey: 'user', ttl: 'expires' });
    this.broadcasts = new ReadModelTable(this, 'Broadcasts', { partitionKey: 'app', sortKey: 'id', ttl: 'expires' });
    this.connections = new ReadModelTable(this, 'Connections', {
      partitionKey: 'owner',
      sortKey: 'connection',
      ttl: 'expires',
      indexes: [
        { name: 'byApp', partitionKey: 'appShard', sortKey: 'connection', keysOnly: true },
        { name: 'byExpiry', partitionKey: 'expiryShard', sortKey: 'expiresAt', keysOnly: true },
      ],
    });
    this.feed = new ReadModelTable(this, 'Feed', { partitionKey: 'owner', sortKey: 'key', ttl: 'expires' });
    this.inbox(platform, identity);
    this.exportParts(platform, identity);
    this.sockets(platform, identity);
  }

  private function(id: string, entry: string, environment: Readonly<Record<string, string>> = {}): TesseraFunction {
    return new TesseraFunction(this, id, {
      service: 'notifications',
      entry: `services/notifications/handlers/${entry}.ts`,
      environment,
      timeout: workTimeout,
    });
  }

  private workQueue(id: string): WorkQueue {
    return new WorkQueue(this, id, {
      visibilityTimeout: Duration.seconds(workTimeout.toSeconds() * 6),
      maxReceiveCount: 5,
    });
  }

  /** One queue for each service that tells: a rush of one holds up none of the others. */
  private listen(
    id: string,
    { bus }: PlatformStack,
    events: Readonly<Record<string, readonly string[]>>,
    fn: TesseraFunction,
  ): void {
    for (const [service, detailTypes] of Object.entries(events))
      new BusConsumer(this, `${id}-${service}`, { bus, source: `tessera.${service}`, detailTypes, function: fn });
  }

  private inbox(platform: PlatformStack, identity: IdentityStack): void {
    const inboxes = { NOTIFICATIONS_TABLE: this.notifications.tableName };
    const members = { MEMBERS_TABLE: this.members.tableName };
    const work = this.workQueue('BroadcastWork');
    const broadcasts = { BROADCASTS_TABLE: this.broadcasts.tableName, BROADCAST_QUEUE_URL: work.queue.queueUrl };

    const api = this.function('Api', 'api', { ...inboxes, ...broadcasts });
    this.notifications.allow(api, 'UpdateItem', 'Query');
    this.notifications.allowIndex(api, 'byUnread');
    this.broadcasts.allow(api, 'GetItem', 'PutItem', 'UpdateItem', 'Query');
    api.allow(['sqs:SendMessage'], [work.queue.queueArn]);
    platform.letReadCatalog(api);
    identity.routes.add(this, 'Routes', { routes, function: api });

    const onEvent = this.function('OnEvent', 'on-event', { ...inboxes, ...members });
    this.notifications.allow(onEvent, 'PutItem');
    this.members.allow(onEvent, 'GetItem');
    platform.letReadCatalog(onEvent);
    this.listen('Noted', platform, noted, onEvent);

    const onMember = this.function('OnMember', 'on-member', { ...inboxes, ...members });
    this.members.allow(onMember, 'UpdateItem', 'PutItem');
    this.notifications.allow(onMember, 'Query', 'BatchWriteItem');
    platform.letReadCatalog(onMember);
    this.listen('Known', platform, known, onMember);

    const broadcast = this.function('Broadcast', 'broadcast', { ...inboxes, ...members, ...broadcasts });
    this.broadcasts.allow(broadcast, 'GetItem', 'UpdateItem');
    this.members.allow(broadcast, 'GetItem', 'Query');
    this.notifications.allow(broadcast, 'PutItem');
    broadcast.allow(['sqs:SendMessage'], [work.queue.queueArn]);
    new QueueConsumer(this, 'Broadcasting', { work, function: broadcast, batchSize: 1, maxConcurrency: 4 });

    const relay = this.function('Relay', 'relay', { BUS_NAME: platform.bus.eventBusName });
    relay.allow(['events:PutEvents'], [platform.bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', {
      table: this.notifications,
      function: relay,
      filter: { eventName: ['INSERT', 'MODIFY'] },
    });
  }

  private exportParts({ bus }: PlatformStack, identity: IdentityStack): void {
    const onExport = new TesseraFunction(this, 'OnExportRequested', {
      service: 'notifications',
      entry: 'services/notifications/handlers/on-export-requested.ts',
      environment: { NOTIFICATIONS_TABLE: this.notifications.tableName },
      timeout: exportTimeout,
    });
    this.notifications.allow(onExport, 'Query');
    identity.letAddToExports(onExport, 'notifications');
    new BusConsumer(this, 'ExportRequests', {
      bus,
      source: 'tessera.identity',
      detailTypes: ['ExportRequested'],
      function: onExport,
      batchSize: 1,
    });
  }

  private sockets(platform: PlatformStack, identity: IdentityStack): void {
    const connections = { CONNECTIONS_TABLE: this.connections.tableName };
    const feed = { FEED_TABLE: this.feed.tableName };
    const connect = this.function('Connect', 'connect', connections);
    this.connections.allow(connect, 'PutItem', 'Query', 'DeleteItem');
    const disconnect = this.function('Disconnect', 'disconnect', connections);
    this.connections.allow(disconnect, 'PutItem', 'DeleteItem');
    const message = this.function('Message', 'message', { ...connections, ...feed });
    this.connections.allow(message, 'UpdateItem', 'Query', 'PutItem', 'DeleteItem');
    this.feed.allow(message, 'Query');
    const api = new SocketApi(this, 'Socket', {
      name: 'tessera-realtime',
      authorizer: identity.socketAuthorizer,
      connect,
      disconnect,
      message,
    });
    api.letSend(connect, 'POST', 'DELETE');
    api.letSend(message, 'POST', 'DELETE');
    new CfnOutput(this, 'SocketUrl', { value: api.url });

    const fanOuts = this.workQueue('FanOutWork');
    const queue = { FAN_OUT_QUEUE_URL: fanOuts.queue.queueUrl };
    const push = this.function('Push', 'push', { ...connections, ...feed, ...queue });
    this.connections.allow(push, 'Query', 'PutItem', 'DeleteItem');
    this.feed.allow(push, 'UpdateItem', 'Query', 'BatchWriteItem');
    push.allow(['sqs:SendMessage'], [fanOuts.queue.queueArn]);
    api.letSend(push, 'POST', 'DELETE');
    this.listen('Pushed', platform, pushed, push);

    const fanOut = this.function('FanOut', 'fan-out', { ...connections, ...queue });
    this.connections.allowIndex(fanOut, 'byApp');
    this.connections.allow(fanOut, 'GetItem', 'PutItem', 'DeleteItem');
    fanOut.allow(['sqs:SendMessage'], [fanOuts.queue.queueArn]);
    api.letSend(fanOut, 'POST', 'DELETE');
    new QueueConsumer(this, 'FanningOut', { work: fanOuts, function: fanOut, batchSize: 1, maxConcurrency: 10 });

    const closings = this.workQueue('ExpiryWork');
    const close = this.function('CloseExpired', 'close-expired', connections);
    this.connections.allowIndex(close, 'byExpiry');
    this.connections.allow(close, 'PutItem', 'DeleteItem');
    api.letSend(close, 'DELETE');
    new QueueConsumer(this, 'Closing', { work: closings, function: close, batchSize: 1, maxConcurrency: 2 });
    new ScheduledMessage(this, 'EveryMinute', {
      description: 'Closes sockets whose token has ended',
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      work: closings,
      message: { kind: 'start' },
    });
  }
}
