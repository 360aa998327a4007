/** EventBridge's PutEvents: entries are checked here and handed to the account's own bus. */
import type { AccountModel, BusEntry, GatewayHooks } from '../contracts.ts';
import { busName } from '../iam/permissions.ts';
import { listOf, recordOf, textOf } from '../iam/request.ts';
import { AwsError, json } from './answer.ts';
import type { Service } from './call.ts';

const maxEntries = 10;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const maxBytes = 1024 * 1024;

type Entry = Readonly<Record<string, unknown>>;
type Failure = { readonly ErrorCode: string; readonly ErrorMessage: string };

function entryBytes(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...listOf(entry.Resources)].map(textOf);
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), entry.Time === undefined ? 0 : 14);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function failure(entry: Entry, buses: ReadonlySet<string>): Failure | undefined {
  const fail = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  for (const field of ['Source', 'DetailType', 'Detail']) {
    if (!entry[field])
      return fail('InvalidArgument', `Parameter ${field} is not valid. Reason: ${field} is a required argument.`);
  }
  if (textOf(entry.Source).startsWith('aws.'))
    return fail('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (!isObject(textOf(entry.Detail))) return fail('MalformedDetail', 'Detail is malformed.');
  const bus = busName(entry.EventBusName);
  if (!buses.has(bus)) return fail('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
  return undefined;
}

function toBusEntry(entry: Entry): BusEntry {
  const bus = textOf(entry.EventBusName);
  return {
    ...(bus ? { bus } : {}),
    source: textOf(entry.Source),
    detailType: textOf(entry.DetailType),
    detail: textOf(entry.Detail),
    // Seconds on the wire.
    ...(typeof entry.Time === 'number' ? { time: new Date(entry.Time * 1000).toISOString() } : {}),
    resources: listOf(entry.Resources).map(textOf),
  };
}

export function createEventService(model: AccountModel, hooks: GatewayHooks): Service {
  const buses = new Set(['default', ...model.ofType('AWS::Events::EventBus').map(({ ref }) => ref)]);
  return {
    async handle({ operation, body }) {
      if (operation !== 'PutEvents')
        throw new AwsError('UnknownOperationException', `the local EventBridge has no ${operation}`);
      const entries = listOf(body.Entries).map(recordOf);
      if (entries.length === 0 || entries.length > maxEntries) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${maxEntries}`,
        );
      }
      if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > maxBytes) {
        throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
      }
      const failures = entries.map((entry) => failure(entry, buses));
      const accepted = entries.filter((_entry, i) => !failures[i]).map(toBusEntry);
      const results = accepted.length > 0 ? await hooks.putEvents(accepted) : [];
      let next = 0;
      const Entries = failures.map((failed) => {
        if (failed) return failed;
        next += 1;
        return { EventId: results[next - 1]?.eventId };
      });
      return json({ FailedEntryCount: failures.filter(Boolean).length, Entries });
    },
  };
}
