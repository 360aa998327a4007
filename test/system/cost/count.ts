/** Counts what AWS would charge for: from the calls, events and requests that a local account recorded, and its template. */
import type { AwsCall } from '#local/contracts.ts';
import { type BusEvent, readRules } from '#local/triggers/event-bus.ts';
import type { Counts, FunctionCounts, Part } from '../../../cost/profile.ts';
import type { Stack } from '../stack.ts';

export interface PublishedEvent {
  readonly bus: string;
  readonly event: BusEvent;
}

/** As in `credits hold`. */
export const labelOf = (entry: string): string => entry.replace(/^services\/|\.ts$/g, '').replace('/handlers/', ' ');

const kilobytes = (bytes: number): number => Math.round(bytes / 102.4) / 10;

type Count = keyof FunctionCounts;

/** Sums by function. */
class Tally {
  readonly #counts = new Map<string, FunctionCounts>();

  add(label: string | undefined, what: Count, number = 1): void {
    if (label === undefined || number === 0) return;
    const counts = this.#counts.get(label) ?? {};
    this.#counts.set(label, { ...counts, [what]: (counts[what] ?? 0) + number });
  }

  /** Sorted. */
  get counts(): Counts {
    const entries = [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  }
}

/** Who reads what, off the template. */
const wiring = ({ account }: Stack) => {
  const labels = new Map(
    account.functions.flatMap(({ name, arn, entry }) => [
      [name, labelOf(entry)] as const,
      [arn, labelOf(entry)] as const,
    ]),
  );
  const mappings = account.model.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => ({
    source: String(properties.EventSourceArn),
    filters: JSON.stringify(properties.FilterCriteria ?? ''),
    label: labels.get(String(properties.FunctionName)),
  }));
  const rules = readRules(account.model);
  return {
    labels,
    /** Names of rules are not unique over stacks, so each is asked. */
    targetsOf: ({ bus, event }: PublishedEvent) =>
      rules.filter((rule) => rule.bus === bus && rule.matches?.(event)).flatMap(({ targets }) => targets),
    ofQueue: (arn: string) => mappings.find(({ source }) => source === arn)?.label,
    /** Those whom a new item in the table wakes. */
    ofTable: (arn: string) =>
      mappings.flatMap(({ source, filters, label }) =>
        source.startsWith(`${arn}/stream/`) && !filters.includes('REMOVE') ? [label] : [],
      ),
  };
};

const isPut = (operation: string): boolean =>
  /^(PutObject|CopyObject|UploadPart|CompleteMultipartUpload)$/.test(operation);

/** One call of a function. Relays' calls are counted by their events: how many one call carries is a matter of timing. */
const addCall = (
  tally: Tally,
  label: string,
  call: AwsCall,
  { labels, ofQueue, ofTable }: ReturnType<typeof wiring>,
) => {
  const { service, operation, resources, readUnits = 0, writeUnits = 0 } = call;
  tally.add(label, 'readUnits', readUnits);
  tally.add(label, 'writeUnits', writeUnits);
  if (writeUnits > 0 && operation === 'PutItem')
    for (const arn of resources) for (const reader of ofTable(arn)) tally.add(reader, 'invocations');
  if (operation === 'Invoke') for (const arn of resources) tally.add(labels.get(arn), 'invocations');
  if (service === 's3') tally.add(label, isPut(operation) ? 'objectPuts' : 'objectGets');
  if (operation === 'PostToConnection') tally.add(label, 'socketMessages');
  if (service === 'sqs') tally.add(label, 'queueRequests');
  if (operation === 'SendMessage')
    for (const arn of resources) {
      const consumer = ofQueue(arn);
      tally.add(consumer, 'invocations');
      // Received and deleted.
      tally.add(consumer, 'queueRequests', 2);
      if (/Work/.test(arn) && label.startsWith('generation')) {
        tally.add(label, 'fairRequests');
        tally.add(consumer, 'fairRequests', 2);
      }
    }
};

/** A rule's message is sent by EventBridge, received and deleted. */
const addEvents = (
  tally: Tally,
  published: readonly PublishedEvent[],
  { ofQueue, targetsOf }: ReturnType<typeof wiring>,
): number => {
  let lake = 0;
  for (const told of published) {
    const service = told.event.source.replace('tessera.', '');
    tally.add(`${service} relay`, 'events');
    for (const { Arn } of targetsOf(told)) {
      if (Arn.includes(':firehose:')) lake += 1;
      const consumer = ofQueue(Arn);
      tally.add(consumer, 'invocations');
      tally.add(consumer, 'queueRequests', consumer === undefined ? 0 : 3);
      // Its marker, in a transaction. The sums that it is in are written for a whole batch.
      if (consumer === 'admin count-events') tally.add(consumer, 'writeUnits', 2);
    }
  }
  return lake;
};

/** What many events share, as many as come together: a process asks the catalog once in four seconds for an app, and these two read large batches. */
const isShared = (text: string): boolean => /catalog|^analytics transform|^admin count-events/i.test(text);

/** What `more` has beyond `less`, of which it has at least as much. */
export const beyond = (more: Part, less: Part): Counts => {
  const tally = new Tally();
  for (const [label, counts] of Object.entries(more.functions))
    for (const [what, number = 0] of Object.entries(counts))
      tally.add(label, what as Count, number - (less.functions[label]?.[what as Count] ?? 0));
  return tally.counts;
};

/** From here on `countPart` counts. */
export const startCounting = ({ account }: Stack, published: PublishedEvent[]): void => {
  for (const record of [account.calls, account.logs, account.requests]) record.clear();
  published.length = 0;
};

/** Memory and processor of the functions that a profile names, off the template. */
export const functionsOf = ({ account }: Stack, labels: readonly string[]) =>
  Object.fromEntries(
    account.functions.flatMap(({ entry, arn, memoryMb }) => {
      const architectures = account.model.byArn(arn)?.properties.Architectures as readonly string[] | undefined;
      const label = labelOf(entry);
      return labels.includes(label) ? [[label, { memoryMb, arm: architectures?.[0] === 'arm64' }] as const] : [];
    }),
  );

/** Everything since the records were cleared. */
export const countPart = (stack: Stack, published: readonly PublishedEvent[]): Part => {
  const { account } = stack;
  const tally = new Tally();
  const wires = wiring(stack);
  const requests = account.requests.all.filter(({ method }) => method !== 'OPTIONS');
  for (const { function: name = '' } of requests) {
    tally.add(wires.labels.get(name), 'invocations');
    tally.add('identity authorizer', 'invocations');
  }
  for (const call of account.calls.all) {
    const label = wires.labels.get(call.caller);
    if (!label || isShared(label) || call.resources.some(isShared) || call.operation === 'PutEvents') continue;
    addCall(tally, label, call, wires);
  }
  const lakeRecords = addEvents(tally, published, wires);
  const logged = account.logs.all.filter(({ function: name }) => !isShared(wires.labels.get(name) ?? ''));
  return {
    requests: requests.length,
    lakeRecords,
    logKilobytes: kilobytes(logged.reduce((sum, { line }) => sum + Buffer.byteLength(line) + 1, 0)),
    eventKilobytes: kilobytes(published.reduce((sum, { event }) => sum + Buffer.byteLength(JSON.stringify(event)), 0)),
    functions: tally.counts,
  };
};
