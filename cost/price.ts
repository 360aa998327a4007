/** From what was counted to what it costs. Free tiers, savings plans and volume discounts are left out: the figure is what a large account pays at most. */
import type { Part, Profile } from './profile.ts';
import type { Assumptions, PriceList, PriceName } from './read.ts';

/** How clients follow a generation. */
export type Way = 'asking' | 'realtime';

/** What is bought, by the AWS service that asks for it. */
const services: Readonly<Record<PriceName, string>> = {
  lambdaRequest: 'Lambda',
  lambdaArm: 'Lambda',
  lambdaX86: 'Lambda',
  writeUnit: 'DynamoDB',
  readUnit: 'DynamoDB',
  tableStorage: 'DynamoDB',
  queueRequest: 'SQS',
  fairRequest: 'SQS',
  busEvent: 'EventBridge',
  busArchive: 'EventBridge',
  objectPut: 'S3',
  objectGet: 'S3',
  transferOut: 'S3',
  apiRequest: 'API Gateway',
  socketMessage: 'API Gateway',
  socketMinute: 'API Gateway',
  logs: 'CloudWatch',
  lakeIngest: 'Firehose',
  lakeConversion: 'Firehose',
  lakePartition: 'Firehose',
  alarm: 'CloudWatch',
  dashboard: 'CloudWatch',
  secret: 'Secrets Manager',
};
export const serviceOf = (name: PriceName): string => services[name];

/** So much of one thing, for one service of Tessera's. */
export interface Use {
  readonly name: PriceName;
  readonly quantity: number;
  /** As in `credits`; what is nobody's alone is the platform's. */
  readonly owner: string;
}

export interface Costed extends Use {
  readonly usd: number;
}

const megabyte = 1_024;
const gigabyteOfKilobytes = 1_000_000;
const lakeRecordKilobytes = 5;
const minutesOfMonth = 30 * 24 * 60;

export const costOf = (use: Use, { prices }: PriceList): Costed => {
  const { usd, per } = prices[use.name];
  return { ...use, usd: (use.quantity / per) * usd };
};

/** @throws Error for a function whose memory the profile does not know. */
const functionUses = (part: Part, { functions }: Profile, { milliseconds }: Assumptions): Use[] =>
  Object.entries(part.functions).flatMap(([label, counts]) => {
    const known = functions[label];
    if (!known) throw new Error(`cost/generation.json does not say how much memory "${label}" has`);
    const seconds = (milliseconds[label] ?? milliseconds.default) / 1_000;
    const [owner = ''] = label.split(' ');
    const invocations = counts.invocations ?? 0;
    const use = (name: PriceName, quantity = 0): Use => ({ name, quantity, owner });
    return [
      use('lambdaRequest', invocations),
      use(known.arm ? 'lambdaArm' : 'lambdaX86', invocations * seconds * (known.memoryMb / megabyte)),
      use('readUnit', counts.readUnits),
      use('writeUnit', counts.writeUnits),
      use('queueRequest', counts.queueRequests),
      use('fairRequest', counts.fairRequests),
      use('busEvent', counts.events),
      use('objectPut', counts.objectPuts),
      use('objectGet', counts.objectGets),
      use('socketMessage', counts.socketMessages),
    ];
  });

const invocationsOf = ({ functions }: Part): number =>
  Object.values(functions).reduce((sum, { invocations = 0 }) => sum + invocations, 0);

const partUses = (part: Part, profile: Profile, assumptions: Assumptions): Use[] => {
  const { platformLogKilobytes, accessLogKilobytes, lakeReadUnits, lakeRowKilobytes } = assumptions;
  const logs = part.logKilobytes + invocationsOf(part) * platformLogKilobytes + part.requests * accessLogKilobytes;
  const lake = (part.lakeRecords * lakeRecordKilobytes) / gigabyteOfKilobytes;
  const use = (name: PriceName, quantity: number, owner = 'platform'): Use => ({ name, quantity, owner });
  return [
    ...functionUses(part, profile, assumptions),
    use('apiRequest', part.requests),
    use('logs', logs / gigabyteOfKilobytes),
    use('busArchive', part.eventKilobytes / gigabyteOfKilobytes),
    use('lakeIngest', lake, 'analytics'),
    use('lakeConversion', lake, 'analytics'),
    use('lakePartition', (part.lakeRecords * lakeRowKilobytes) / gigabyteOfKilobytes, 'analytics'),
    use('readUnit', part.lakeRecords * lakeReadUnits, 'analytics'),
  ];
};

const times = (uses: readonly Use[], factor: number): Use[] =>
  uses.map((use) => ({ ...use, quantity: use.quantity * factor }));

export interface Question {
  readonly generations: number;
  readonly usersOnline: number;
  readonly outputKilobytes: number;
}

/** Everything that so many generations use in a month, followed in one way. */
export const usesOf = (way: Way, profile: Profile, assumptions: Assumptions, question: Question): Use[] => {
  const { generation, look, listening } = profile;
  const one = [
    ...partUses(generation, profile, assumptions),
    ...times(partUses(look, profile, assumptions), assumptions.looks[way]),
    ...(way === 'realtime' ? partUses(listening, profile, assumptions) : []),
    // The client's own download, by a signed URL.
    { name: 'objectGet', quantity: 1, owner: 'generation' } as const,
    { name: 'transferOut', quantity: question.outputKilobytes / gigabyteOfKilobytes, owner: 'generation' } as const,
  ];
  const minutes = way === 'realtime' ? question.usersOnline * minutesOfMonth : 0;
  return [...times(one, question.generations), { name: 'socketMinute', quantity: minutes, owner: 'notifications' }];
};

/** Kilobytes that a generation leaves in tables, at most: a write unit holds one. */
export const keptKilobytes = ({ generation }: Profile): number =>
  Object.values(generation.functions).reduce((sum, { writeUnits = 0 }) => sum + writeUnits, 0);

/** Each thing once, largest first; what costs nothing is left out. */
export const summed = (costs: readonly Costed[], keyOf: (cost: Costed) => string): (readonly [string, number])[] => {
  const sums = new Map<string, number>();
  for (const cost of costs) sums.set(keyOf(cost), (sums.get(keyOf(cost)) ?? 0) + cost.usd);
  return [...sums].filter(([, usd]) => usd > 0).toSorted(([, a], [, b]) => b - a);
};
