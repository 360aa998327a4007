/** What a DynamoDB call costs. The backend's figures follow AWS's rules; only refused conditional writes are counted here. */
import { listOf, recordOf } from '../../iam/request.ts';

const reads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

export const hasCapacity = (operation: string): boolean => reads.has(operation) || writes.has(operation);
export const isWrite = (operation: string): boolean => writes.has(operation);

export interface Units {
  readonly readUnits?: number;
  readonly writeUnits?: number;
}

/** Sums `ConsumedCapacity`, which is one entry or one per table. */
export function consumedUnits(operation: string, consumed: unknown): Units {
  let readUnits = 0;
  let writeUnits = 0;
  for (const entry of (Array.isArray(consumed) ? consumed : [consumed]).map(recordOf)) {
    // A repeated transaction token is answered from memory, at the price of reads.
    if (reads.has(operation) || (entry.ReadCapacityUnits !== undefined && entry.WriteCapacityUnits === undefined)) {
      readUnits += Number(entry.CapacityUnits ?? 0);
    } else writeUnits += Number(entry.CapacityUnits ?? 0);
  }
  return { ...(readUnits > 0 ? { readUnits } : {}), ...(writeUnits > 0 ? { writeUnits } : {}) };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function valueBytes(value: unknown): number {
  const [[type, content] = ['', undefined]] = Object.entries(recordOf(value));
  const text = (item: unknown) => Buffer.byteLength(String(item));
  const number = (item: unknown) =>
    Math.ceil(String(item).replace(/^-|\.|^0+|[eE].*$/g, '').length / 2) + 1 + (String(item).startsWith('-') ? 1 : 0);
  const binary = (item: unknown) => Buffer.from(String(item), 'base64').length;
  const sum = (items: readonly unknown[], size: (item: unknown) => number) =>
    items.reduce((total: number, item) => total + size(item), 0);
  switch (type) {
    case 'S':
      return text(content);
    case 'N':
      return number(content);
    case 'B':
      return binary(content);
    case 'SS':
      return sum(listOf(content), text);
    case 'NS':
      return sum(listOf(content), number);
    case 'BS':
      return sum(listOf(content), binary);
    case 'L':
      return 3 + sum(listOf(content), (item) => 1 + valueBytes(item));
    case 'M':
      return 3 + itemBytes(recordOf(content)) + Object.keys(recordOf(content)).length;
    default:
      return 1;
  }
}

export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((total, [name, value]) => total + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** A write whose condition fails costs what writing the item that stood in its way would: 1 unit per started KB. */
export function refusedWriteUnits(existing: unknown): number {
  return Math.max(1, Math.ceil(itemBytes(recordOf(existing)) / 1024));
}
