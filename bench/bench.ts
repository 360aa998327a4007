/** `npm run bench [-- name …]`: what the design promises about speed, measured on this machine in one run. */
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { benchGenerations } from './generations.ts';
import { benchHistoryLength } from './history-length.ts';
import { benchRealtime } from './realtime.ts';
import { benchRebuild } from './rebuild.ts';
import { benchWriters } from './writers.ts';

const benchmarks: Readonly<Record<string, (dynamoDb: TestDynamoDb) => Promise<void>>> = {
  history: benchHistoryLength,
  writers: benchWriters,
  rebuild: benchRebuild,
  generations: benchGenerations,
  realtime: benchRealtime,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(1);
}

for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  // A database of its own, so that what one leaves behind does not slow the next.
  const dynamoDb = await startDynamoDb();
  try {
    await benchmark(dynamoDb);
  } finally {
    await dynamoDb.close();
  }
}
