/** The kinds of table: streams of events, which nobody can change, and items by key: read models, and records that are changed in place. */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { TesseraFunction } from './tessera-function.ts';

const stateful = {
  billingMode: BillingMode.PAY_PER_REQUEST,
  encryption: TableEncryption.AWS_MANAGED,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  removalPolicy: RemovalPolicy.RETAIN,
  deletionProtection: true,
} as const;

/** A service's event streams. Append-only: by IAM no role updates or deletes; the one write that is allowed, PutItem,
 * is made with `attribute_not_exists` in one place (`dynamo-event-store.ts`), and the hash chain tells of any other. */
export class EventsTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      ...stateful,
      partitionKey: { name: 'stream', type: AttributeType.STRING },
      sortKey: { name: 'version', type: AttributeType.NUMBER },
      stream: StreamViewType.NEW_IMAGE,
    });
  }

  /** Load the newest event, append behind it, read streams. */
  grantAppend(fn: TesseraFunction): void {
    fn.allow(['dynamodb:Query', 'dynamodb:PutItem'], [this.tableArn]);
  }

  /** Read streams. */
  grantEvents(fn: TesseraFunction): void {
    fn.allow(['dynamodb:Query'], [this.tableArn]);
  }
}

export interface IndexProps {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Holds keys alone: a write that changes none of them costs nothing here. Default: whole items. */
  readonly keysOnly?: boolean;
}

export interface ReadModelTableProps {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Attribute that holds the epoch second after which an item may go. */
  readonly ttl?: string;
  readonly indexes?: readonly IndexProps[];
  /** For records: tells of each change, with the item before and after it. */
  readonly stream?: boolean;
}

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Items that a service looks things up in. All keys are strings. */
export class ReadModelTable extends Table {
  constructor(scope: Construct, id: string, props: ReadModelTableProps) {
    const { partitionKey, sortKey, ttl, indexes = [], stream = false } = props;
    super(scope, id, {
      ...stateful,
      partitionKey: text(partitionKey),
      ...(sortKey ? { sortKey: text(sortKey) } : {}),
      ...(ttl ? { timeToLiveAttribute: ttl } : {}),
      ...(stream ? { stream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
    });
    for (const index of indexes) {
      this.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        ...(index.sortKey ? { sortKey: text(index.sortKey) } : {}),
        projectionType: index.keysOnly ? ProjectionType.KEYS_ONLY : ProjectionType.ALL,
      });
    }
  }

  /** For example `allow(fn, 'GetItem', 'PutItem')`. */
  allow(fn: TesseraFunction, ...operations: readonly string[]): void {
    fn.allow(
      operations.map((operation) => `dynamodb:${operation}`),
      [this.tableArn],
    );
  }

  /** Queries on an index. */
  allowIndex(fn: TesseraFunction, index: string): void {
    fn.allow(['dynamodb:Query'], [`${this.tableArn}/index/${index}`]);
  }
}
