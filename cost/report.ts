/** The bill as people read it: a table by AWS service and line, one by Tessera's services, and what is biggest. */
import { columns } from '#shared/operations/columns.ts';
import { type Costed, costOf, keptKilobytes, type Question, serviceOf, summed, usesOf, type Way } from './price.ts';
import type { Inputs, PriceName } from './read.ts';

/** The function that waits for providers. */
export const workerLabel = 'generation work';

const ways = ['asking', 'realtime'] as const satisfies readonly Way[];

const wording: Readonly<Record<PriceName, string>> = {
  lambdaRequest: 'invocations',
  lambdaArm: 'compute, Graviton',
  lambdaX86: 'compute, x86 (workers)',
  writeUnit: 'writes',
  readUnit: 'reads',
  tableStorage: 'storage',
  queueRequest: 'requests',
  fairRequest: 'fair queues',
  busEvent: 'events',
  busArchive: 'archive',
  objectPut: 'puts',
  objectGet: 'gets',
  transferOut: 'downloads',
  apiRequest: 'HTTP requests',
  socketMessage: 'socket messages',
  socketMinute: 'socket minutes',
  logs: 'logs',
  lakeIngest: 'event lake',
  lakeConversion: 'event lake, to Parquet',
  lakePartition: 'event lake, by app and day',
  alarm: 'alarms',
  dashboard: 'dashboards',
  secret: 'secrets',
};

export interface Line {
  readonly service: string;
  readonly line: string;
  readonly price: PriceName;
  readonly quantity: Readonly<Record<Way, number>>;
  readonly usd: Readonly<Record<Way, number>>;
}

export interface Bill {
  readonly region: string;
  readonly asOf: string;
  readonly question: Question;
  readonly lines: readonly Line[];
  /** By Tessera's own services. */
  readonly owners: readonly { readonly owner: string; readonly usd: Readonly<Record<Way, number>> }[];
  readonly total: Readonly<Record<Way, number>>;
  readonly perGeneration: Readonly<Record<Way, number>>;
  /** US dollars a month, for as long as the generations of one month are kept in tables. */
  readonly keptUsd: number;
}

const byWay = <Value>(make: (way: Way) => Value): Readonly<Record<Way, Value>> => ({
  asking: make('asking'),
  realtime: make('realtime'),
});

const total = (costs: readonly Costed[], pick: (cost: Costed) => number): number =>
  costs.reduce((sum, cost) => sum + pick(cost), 0);

export const billOf = ({ profile, priceList, assumptions }: Inputs, question: Question): Bill => {
  const costs = byWay((way) => usesOf(way, profile, assumptions, question).map((use) => costOf(use, priceList)));
  const all = ways.flatMap((way) => costs[way]);
  const names = summed(all, ({ name }) => name).map(([name]) => name as PriceName);
  const of = (keyOf: (cost: Costed) => string, key: string, pick: (cost: Costed) => number) =>
    byWay((way) =>
      total(
        costs[way].filter((cost) => keyOf(cost) === key),
        pick,
      ),
    );
  const sums = byWay((way) => total(costs[way], ({ usd }) => usd));
  const kept = { name: 'tableStorage', quantity: (keptKilobytes(profile) * question.generations) / 1_000_000 } as const;
  return {
    region: priceList.region,
    asOf: priceList.asOf,
    question,
    lines: names.map((name) => ({
      service: serviceOf(name),
      line: wording[name],
      price: name,
      quantity: of(
        (cost) => cost.name,
        name,
        ({ quantity }) => quantity,
      ),
      usd: of(
        (cost) => cost.name,
        name,
        ({ usd }) => usd,
      ),
    })),
    owners: summed(all, ({ owner }) => owner).map(([owner]) => ({
      owner,
      usd: of(
        (cost) => cost.owner,
        owner,
        ({ usd }) => usd,
      ),
    })),
    total: sums,
    perGeneration: byWay((way) => (question.generations > 0 ? sums[way] / question.generations : 0)),
    keptUsd: costOf({ ...kept, owner: 'platform' }, priceList).usd,
  };
};

const dollars = (usd: number): string =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
/** Numbers are set right as text of one width. */
const right = (texts: readonly string[]): string[] => {
  const width = texts.reduce((max, text) => Math.max(max, text.length), 0);
  return texts.map((text) => text.padStart(width));
};

const inFull = (number: number): string =>
  number >= 1_000_000
    ? `${(number / 1_000_000).toLocaleString('en', { maximumFractionDigits: 2 })} M`
    : number.toLocaleString('en', { maximumFractionDigits: 1 });

const table = (
  header: readonly string[],
  names: readonly (readonly string[])[],
  usd: readonly Bill['total'][],
): string[] => {
  const money = ways.map((way) => right(usd.map((one) => dollars(one[way]))));
  return columns(
    header,
    names.map((name, row) => [...name, ...money.map((column) => column[row] ?? '')]),
  );
};

export const report = (bill: Bill, { assumptions, priceList }: Inputs): string => {
  const { lines, owners, question } = bill;
  const grouped = [...Map.groupBy(lines, ({ service }) => service).values()].flat();
  const quantities = right(grouped.map(({ quantity }) => inFull(Math.max(quantity.asking, quantity.realtime))));
  const sum = { usd: bill.total };
  const count = question.generations.toLocaleString('en');
  const each = (way: Way) => `$${bill.perGeneration[way].toFixed(8)}`;
  const biggest = lines.slice(0, 3).map(({ service, line, usd }) => `${service} ${line} ${dollars(usd.realtime)}`);
  return [
    `${count} generations in a month, ${bill.region}, list prices of ${bill.asOf}, US dollars`,
    `  Each is a text of ${question.outputKilobytes} KB, made in ${(assumptions.milliseconds[workerLabel] ?? 0) / 1_000} s by its provider. Pictures: --output-kb 1500 --worker-ms 9000.`,
    `  asking: a client looks at it ${assumptions.looks.asking} × until it is done. realtime: it is told over a socket, and looks ${assumptions.looks.realtime} ×;`,
    `  ${question.usersOnline.toLocaleString('en')} sockets are open all month.`,
    '',
    ...table(
      ['AWS service', 'line', 'quantity', 'unit', 'asking', 'realtime'],
      [
        ...grouped.map(({ service, line, price }, row) => [
          service,
          line,
          quantities[row] ?? '',
          priceList.prices[price].unit,
        ]),
        ['all', '', '', ''],
      ],
      [...grouped, sum].map(({ usd }) => usd),
    ),
    '',
    ...table(
      ['of Tessera’s', 'asking', 'realtime'],
      owners.map(({ owner }) => [owner]),
      owners.map(({ usd }) => usd),
    ),
    '',
    `One generation: ${each('asking')} asking, ${each('realtime')} realtime. The biggest three: ${biggest.join(', ')}.`,
    `Kept in tables they cost at most ${dollars(bill.keptUsd)} more in each month after.`,
    'Not in it: what AI providers ask, files in S3, payments, a month that nobody uses (--standing), free tiers and discounts.',
    `Assumed, for nothing counts it here: a worker waits ${assumptions.milliseconds[workerLabel] ?? 0} ms for its provider, other functions run`,
    `${assumptions.milliseconds.default} ms, a result has ${question.outputKilobytes} KB (cost/assumptions.json). Counted by test/system/job-cost.suite.ts.`,
  ].join('\n');
};
