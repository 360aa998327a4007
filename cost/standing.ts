/** What a deployment costs in a month that nobody uses it, read off its templates. */
import { synthesized } from '#local/synthesize.ts';
import { loadModel } from '#local/template/index.ts';
import { columns } from '#shared/operations/columns.ts';
import { type Costed, costOf } from './price.ts';
import type { PriceList, PriceName } from './read.ts';

/** Lambda keeps five long polls of 20 s open for each queue that a function reads. */
const pollsOfMonth = 5 * 3 * 60 * 24 * 30;

/** Alarms over an expression pay for each metric in it. */
const metricsOf = (properties: Readonly<Record<string, unknown>>): number => {
  const metrics = properties.Metrics as readonly { readonly MetricStat?: unknown }[] | undefined;
  return metrics ? metrics.filter(({ MetricStat }) => MetricStat !== undefined).length : 1;
};

export interface Standing extends Costed {
  readonly what: string;
}

export const standingCosts = async (priceList: PriceList): Promise<Standing[]> => {
  const model = await loadModel(await synthesized(), {
    region: priceList.region,
    accountId: '123456789012',
    gatewayUrl: 'http://gateway.invalid',
  });
  const alarms = model.ofType('AWS::CloudWatch::Alarm');
  const polled = model
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => String(properties.EventSourceArn).includes(':sqs:'));
  const secrets = model.ofType('AWS::SecretsManager::Secret');
  const cost = (what: string, name: PriceName, quantity: number): Standing => ({
    what,
    ...costOf({ name, quantity, owner: 'platform' }, priceList),
  });
  return [
    cost(
      `${alarms.length} alarms`,
      'alarm',
      alarms.reduce((sum, { properties }) => sum + metricsOf(properties), 0),
    ),
    cost('dashboards', 'dashboard', model.ofType('AWS::CloudWatch::Dashboard').length),
    cost(`polling of ${polled.length} queues`, 'queueRequest', polled.length * pollsOfMonth),
    cost('secrets', 'secret', secrets.length),
  ];
};

export const standingReport = (costs: readonly Standing[], { prices, region }: PriceList): string => {
  const sum = costs.reduce((total, { usd }) => total + usd, 0);
  return [
    `A month that nobody uses, ${region}: $${sum.toFixed(2)}, before free tiers`,
    ...columns(
      ['what', 'quantity', 'unit', 'US dollars'],
      costs.map(({ what, quantity, name, usd }) => [what, quantity, prices[name].unit, usd.toFixed(2).padStart(8)]),
    ),
    'Apps’ own secrets (billing, providers, issuers) come on top, and metrics that are counted: $0.30 each a month.',
  ].join('\n');
};
