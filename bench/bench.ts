/** `npm run bench`: what the design promises about speed, measured on this machine in one run. */

import { startDynamoDb } from '#shared/testing/dynamodb.ts';
import { benchAppend, benchLoad } from './event-store.ts';

const dynamoDb = await startDynamoDb();
try {
  const table = await dynamoDb.createEventsTable('bench-events');
  await benchLoad(dynamoDb.client, table);
  await benchAppend(dynamoDb.client, table);
} finally {
  await dynamoDb.close();
}
