/** A DynamoDB stream record as Lambda hands it to a function: plain JSON, binary as base64, time in seconds. */
import type { _Record } from '@aws-sdk/client-dynamodb-streams';

export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: Readonly<Record<string, unknown>> & { readonly SequenceNumber: string };
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: string | undefined; readonly principalId: string | undefined };
}

const toJson = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, toJson(one)]),
  );
};

/** @throws Error for a record without a sequence number, which no stream has. */
export const toStreamRecord = (record: _Record, region: string, eventSourceARN: string): StreamRecord => {
  const { ApproximateCreationDateTime, SequenceNumber, ...rest } = record.dynamodb ?? {};
  if (!SequenceNumber) throw new Error(`a record of ${eventSourceARN} has no sequence number`);
  const at = ApproximateCreationDateTime?.getTime();
  return {
    eventID: record.eventID ?? SequenceNumber,
    eventName: record.eventName ?? '',
    eventVersion: record.eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ...(at === undefined ? {} : { ApproximateCreationDateTime: Math.floor(at / 1_000) }),
      ...(toJson(rest) as Record<string, unknown>),
      SequenceNumber,
    },
    eventSourceARN,
    ...(record.userIdentity
      ? { userIdentity: { type: record.userIdentity.Type, principalId: record.userIdentity.PrincipalId } }
      : {}),
  };
};
