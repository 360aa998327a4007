import { startDynamoDb } from './dynamodb.ts';

const d = await startDynamoDb();
console.log(d.endpoint);
if (process.argv[2]) {
  await d.close();
  console.log('closed');
} else process.kill(process.pid, 'SIGKILL');
