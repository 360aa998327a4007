/** The credits service: accounts' events, who may append to them, and who listens. */
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { routes } from '#services/credits/routes.ts';
import { BusConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { PlatformStack } from './platform.ts';

export interface CreditsProps extends StackProps {
  readonly platform: PlatformStack;
}

export class CreditsStack extends Stack {
  readonly events: EventsTable;
  /** Generation invokes it to hold credits. */
  readonly hold: TesseraFunction;

  constructor(scope: Construct, id: string, { platform, ...props }: CreditsProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    const balances = new ReadModelTable(this, 'Balances', { partitionKey: 'owner' });

    const api = this.creditsFunction('Api', 'api', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(api);
    platform.routes.add(this, 'Routes', { routes, function: api });

    this.hold = this.creditsFunction('Hold', 'hold', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(this.hold);

    const onJobEnded = this.creditsFunction('OnJobEnded', 'on-job-ended', { EVENTS_TABLE: this.events.tableName });
    this.events.grantAppend(onJobEnded);
    new BusConsumer(this, 'JobEnded', {
      bus: platform.bus,
      source: 'tessera.generation',
      detailTypes: ['JobSucceeded', 'JobFailed', 'JobCancelled'],
      function: onJobEnded,
    });

    const relay = this.creditsFunction('Relay', 'relay', { BUS_NAME: platform.bus.eventBusName });
    relay.allow(['events:PutEvents'], [platform.bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', { table: this.events, function: relay });

    const project = this.creditsFunction('Project', 'project', { BALANCES_TABLE: balances.tableName });
    balances.allow(project, 'PutItem');
    new StreamConsumer(this, 'Projected', { table: this.events, function: project });
  }

  private creditsFunction(id: string, entry: string, environment: Readonly<Record<string, string>>): TesseraFunction {
    return new TesseraFunction(this, id, {
      service: 'credits',
      entry: `services/credits/handlers/${entry}.ts`,
      environment,
      timeout: Duration.seconds(10),
    });
  }
}
