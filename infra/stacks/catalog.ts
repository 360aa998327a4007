/** The catalog service: each app's offer as a stream of events, what shows it to the public and to other services, and who hears of changes. */
import { Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { routes } from '#services/catalog/routes.ts';
import { alarmAbove } from '../constructs/alarm.ts';
import { StreamConsumer } from '../constructs/consumers.ts';
import { EventsTable } from '../constructs/tables.ts';
import { TesseraFunction, type TesseraFunctionProps } from '../constructs/tessera-function.ts';
import type { IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface CatalogProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

export class CatalogStack extends Stack {
  private readonly events: EventsTable;

  constructor(scope: Construct, id: string, { platform, identity, ...props }: CatalogProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    this.api(identity);
    this.definition(platform);
    this.relay(platform);
  }

  private api(identity: IdentityStack): void {
    const api = this.reader('Api', { entry: 'services/catalog/handlers/api.ts' });
    Validations.of(identity.routes.add(this, 'Routes', { routes, function: api })).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: "An app's catalog is public: visitors see tools and prices before they sign up.",
    });
  }

  /** Asked by every service that runs an app. Its name is agreed on, for their stacks do not depend on this one (docs/adr/0011). */
  private definition(platform: PlatformStack): void {
    const { functionName } = platform.namedFunction('catalog-definition');
    this.reader('Definition', { entry: 'services/catalog/handlers/definition.ts', functionName });
  }

  private relay({ bus }: PlatformStack): void {
    const relay = new TesseraFunction(this, 'Relay', {
      service: 'catalog',
      entry: 'services/catalog/handlers/relay.ts',
      environment: { BUS_NAME: bus.eventBusName },
    });
    relay.allow(['events:PutEvents'], [bus.eventBusArn]);
    new StreamConsumer(this, 'Relayed', { table: this.events, function: relay });
  }

  /** A function that reads offers: whoever is first to see a new file appends what it says. */
  private reader(id: string, props: Pick<TesseraFunctionProps, 'entry' | 'functionName'>): TesseraFunction {
    const fn = new TesseraFunction(this, id, {
      service: 'catalog',
      environment: { EVENTS_TABLE: this.events.tableName },
      ...props,
    });
    this.events.grantAppend(fn);
    // What was read last serves for minutes, so nothing else rings before it is too old.
    const unread = new MetricFilter(this, `${id}Unread`, {
      logGroup: fn.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'offer not read'),
      metricNamespace: 'Tessera',
      metricName: `OfferNotRead-${id}`,
    });
    alarmAbove(this, `${id}Unread`, unread.metric({ period: Duration.minutes(5), statistic: 'Sum' }), {
      threshold: 0,
      describe: `catalog: ${id} cannot read an offer, or the one in the table breaks the rules of this deployment`,
      runbook: 'offer-not-read',
    });
    return fn;
  }
}
