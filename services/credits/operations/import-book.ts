/** What imports remember of an account, beside its imported history: what was brought so far, and what is just being brought. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const credits = z.int().min(0);

/** What is to be done, written down before it is: an import that was cut off does the very same once more. */
const pending = z.object({
  exported: credits,
  counted: credits,
  /** The account has seen nothing but the import: its balance can be made exactly the exported one. */
  fresh: z.boolean(),
  /** As in 20261121: whose allowance the exported balance holds. */
  day: z.int(),
  /** Of the exported balance, how much of the plan's allowance is gone already. */
  used: credits,
  /** Of these credits, those of the paid plan's period. */
  ofPlan: credits,
  give: credits,
  take: credits,
  /** To be taken, and not there any more. */
  short: credits,
});
export type Pending = z.infer<typeof pending>;

const brought = z.object({
  /** Imports that changed the account: it names their grants. */
  seq: z.int().min(1),
  /** The exported balance that was brought last. */
  exported: credits,
  /** The same without what the plan's allowance gives anew. */
  counted: credits,
  /** The account's version right after it. 0: not done yet. */
  version: z.int().min(0),
  short: credits,
  pending: pending.optional(),
});
export type Brought = z.infer<typeof brought>;

const broughtPlan = z.object({
  /** Names the changes of plan that imports make. */
  seq: z.int().min(1),
  /** The one that imports made last. */
  plan: z.string(),
  /** What the export said last: not made where another was set here since. */
  told: z.string(),
  /** Just being made. */
  pending: z.string().optional(),
});
export type BroughtPlan = Omit<z.infer<typeof broughtPlan>, 'pending'> & { readonly pending?: string | undefined };

export interface ImportBook {
  read(owner: string): Promise<Brought | undefined>;
  /** Only over the one that was read. @throws Error when another import is at work on the account. */
  write(owner: string, next: Brought, before: Brought | undefined): Promise<void>;
  readPlan(owner: string): Promise<BroughtPlan | undefined>;
  /** As `write`. */
  writePlan(owner: string, next: BroughtPlan, before: BroughtPlan | undefined): Promise<void>;
}

const balanceKey = 'import';
const planKey = 'import-plan';

export const importBook = (client: DynamoDBDocumentClient, table: string): ImportBook => {
  const read = async (owner: string, sk: string) => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { owner, sk }, ConsistentRead: true }));
    return Item;
  };
  /** Over the row whose fields are these, or over none. */
  const write = async (
    { owner, sk }: { readonly owner: string; readonly sk: string },
    next: object,
    before: Readonly<Record<string, number>> | undefined,
  ): Promise<void> => {
    const fields = Object.entries(before ?? {});
    const condition = before
      ? {
          ConditionExpression: fields.map(([name]) => `#${name} = :${name}`).join(' AND '),
          ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
          ExpressionAttributeValues: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
        }
      : { ConditionExpression: 'attribute_not_exists(sk)' };
    try {
      await client.send(new PutCommand({ TableName: table, Item: { ...next, owner, sk }, ...condition }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new Error(`another import works on ${owner}: let one end before the next`);
    }
  };
  return {
    async read(owner) {
      const row = await read(owner, balanceKey);
      return row && brought.parse(row);
    },
    write: (owner, next, before) =>
      write({ owner, sk: balanceKey }, next, before && { seq: before.seq, version: before.version }),
    async readPlan(owner) {
      const row = await read(owner, planKey);
      return row && broughtPlan.parse(row);
    },
    writePlan: (owner, next, before) => write({ owner, sk: planKey }, next, before && { seq: before.seq }),
  };
};
