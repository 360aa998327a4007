/**
 * The table of users' records. A record is opened once, however many ask for it at once, and changed by its version: whoever
 * comes second decides again over what the first wrote.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { uuidv7 } from 'uuidv7';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { ActiveUser, UserChange, UserRecord } from '../domain/user.ts';
import { emailKey } from './user-list.ts';

/** A write's own mark: a write whose answer was lost is known again by it. The address as it is searched by. */
type Item = UserRecord & { readonly write_id?: string; readonly email_key?: string };

export interface Stamp {
  readonly at: string;
  readonly correlationId: string;
}

/** What a decision over a record comes to. A change of nothing is not written. */
export type Decided<Rejection> = { readonly change: UserChange } | { readonly rejection: Rejection };
export type Changed<Rejection> = { readonly user: ActiveUser } | { readonly rejection: Rejection | 'user-left' };

export interface UserTable {
  get(owner: Owner): Promise<UserRecord | undefined>;
  /** The record that is there now: this one, or the one that was there before. */
  open(user: ActiveUser): Promise<UserRecord>;
  /** @throws ContentionError when others changed the record at every attempt. */
  change<Rejection = never>(
    known: UserRecord,
    stamp: Stamp,
    decide: (user: ActiveUser) => Decided<Rejection>,
  ): Promise<Changed<Rejection>>;
}

/** One user's devices do not do more than this at once. */
const maxAttempts = 10;
/** Longest pause before the second attempt; doubles with each one. */
const firstPauseMs = 10;
const longestPauseMs = 200;

/** The item that stood in a write's way. @throws the error when it tells of something else. */
const itemInTheWay = (error: unknown): Item | undefined => {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
  return error.Item && (unmarshall(error.Item) as Item);
};

/** What the address is searched by follows it, whoever writes it. */
const searchable = ({ email }: Pick<UserChange, 'email'>) =>
  email === undefined ? {} : { email_key: emailKey(email) };

const updateOf = (change: Readonly<Record<string, unknown>>) => {
  const fields = Object.entries(change).filter(([, value]) => value !== undefined);
  return {
    UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    names: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
  };
};

export const userTable = (client: DynamoDBDocumentClient, table: string): UserTable => {
  /** The record after the change, or the one that was there instead. */
  const write = async (
    { owner, version }: ActiveUser,
    change: UserChange,
    { at, correlationId }: Stamp,
  ): Promise<{ written: boolean; record: UserRecord | undefined }> => {
    const write_id = uuidv7();
    const stamped = {
      ...change,
      ...searchable(change),
      version: version + 1,
      updated_at: at,
      correlation_id: correlationId,
      write_id,
    };
    const { UpdateExpression, names, values } = updateOf(stamped);
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { owner },
          UpdateExpression,
          ConditionExpression: '#version = :expected AND #status = :active',
          ExpressionAttributeNames: { ...names, '#status': 'status' },
          ExpressionAttributeValues: { ...values, ':expected': version, ':active': 'active' },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { written: true, record: Attributes as UserRecord };
    } catch (error) {
      const record = itemInTheWay(error);
      return { written: record?.write_id === write_id, record };
    }
  };

  return {
    async get(owner) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { owner: ownerKey(owner) }, ConsistentRead: true }),
      );
      return Item as UserRecord | undefined;
    },

    async open(user) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...user, ...searchable(user) },
            ConditionExpression: 'attribute_not_exists(#owner)',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return user;
      } catch (error) {
        const record = itemInTheWay(error);
        if (!record) throw error;
        return record;
      }
    },

    async change(known, stamp, decide) {
      let record: UserRecord | undefined = known;
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        if (attempt > 0) await wait(Math.random() * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
        if (record?.status !== 'active') return { rejection: 'user-left' };
        const decided = decide(record);
        if ('rejection' in decided) return decided;
        if (Object.keys(decided.change).length === 0) return { user: record };
        const outcome = await write(record, decided.change, stamp);
        record = outcome.record;
        if (outcome.written && record?.status === 'active') return { user: record };
      }
      throw new ContentionError(`${known.owner} was changed by others during ${maxAttempts} attempts`);
    },
  };
};
