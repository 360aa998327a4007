/** SQS: queues of the template in the backend, message groups on standard queues, and word to the triggers of every message that comes in. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AccountModel, GatewayHooks, Resource } from '../contracts.ts';
import { listOf, recordOf, textOf } from '../iam/request.ts';
import { type Answer, AwsError, json } from './answer.ts';
import type { Call, Service } from './call.ts';
import { makeFair } from './fair-queue.ts';
import type { Fauxqs } from './fauxqs.ts';
import { createMessageMoves } from './message-moves.ts';

const attributeNames = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

function attributesOf({ properties }: Resource): Record<string, string> {
  const given = attributeNames.flatMap((name) => {
    const value = properties[name];
    if (value === undefined) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const];
  });
  return Object.fromEntries(given);
}

interface Sending {
  readonly body: string;
  readonly group: string;
}

const queueName = (url: unknown) => textOf(url).split('/').pop() ?? '';

export function createQueueService(model: AccountModel, hooks: GatewayHooks, { sqs, send }: Fauxqs): Service {
  /** Groups of the messages being sent: the backend keeps them for FIFO queues only, AWS for fair queues too. */
  const sending = new AsyncLocalStorage<readonly Sending[]>();
  const queues = model.ofType('AWS::SQS::Queue');
  for (const resource of queues) {
    const name = resource.arn.split(':').pop() ?? '';
    const kept = sqs.getQueueByName(name);
    const queue = kept ?? sqs.createQueue(name, resource.ref, resource.arn, attributesOf(resource));
    if (kept) kept.setAttributes(attributesOf(resource));
    if (!queue.isFifo()) makeFair(queue);
    const enqueue = queue.enqueue.bind(queue);
    queue.enqueue = (message) => {
      const group = sending.getStore()?.find(({ body }) => body === message.body)?.group;
      if (group !== undefined) message.messageGroupId = group;
      enqueue(message);
      hooks.queueTouched(name);
    };
  }
  const moves = createMessageMoves(sqs);
  const urls = new Map(queues.map(({ ref }) => [queueName(ref), ref]));

  async function forward(call: Call): Promise<Answer> {
    const entries = call.operation === 'SendMessageBatch' ? listOf(call.body.Entries) : [call.body];
    const groups = entries
      .map(recordOf)
      .flatMap(({ MessageBody, MessageGroupId }) =>
        MessageGroupId === undefined ? [] : [{ body: textOf(MessageBody), group: textOf(MessageGroupId) }],
      );
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${call.operation}` };
    return await sending.run(groups, () => send({ method: 'POST', url: '/', headers, payload: call.payload }));
  }

  return {
    async handle(call) {
      const { operation, body } = call;
      if (operation === 'GetQueueUrl') {
        const url = urls.get(textOf(body.QueueName));
        if (!url) throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');
        return json({ QueueUrl: url }, { service: 'sqs' });
      }
      if (operation === 'StartMessageMoveTask') return json(moves.start(body), { service: 'sqs' });
      if (operation === 'ListMessageMoveTasks') return json(moves.list(body), { service: 'sqs' });
      const answer = await forward(call);
      if (answer.status !== 200) return answer;
      if (operation === 'ReceiveMessage' && call.aborted()) releaseMessages(sqs, body, answer);
      if (operation.startsWith('ChangeMessageVisibility')) visibilityChanged(call, answer, hooks);
      return answer;
    },
  };
}

/** Messages taken for a caller that has gone are put back: AWS does not take them in the first place. */
function releaseMessages(sqs: Fauxqs['sqs'], body: Call['body'], answer: Answer): void {
  const queue = sqs.getQueueByName(queueName(body.QueueUrl));
  for (const message of listOf(recordOf(JSON.parse(answer.body.toString())).Messages).map(recordOf)) {
    queue?.changeVisibility(textOf(message.ReceiptHandle), 0);
  }
}

function visibilityChanged({ operation, body, caller }: Call, answer: Answer, hooks: GatewayHooks): void {
  const name = queueName(body.QueueUrl);
  const done = new Set(
    listOf(recordOf(answer.body.length > 0 ? JSON.parse(answer.body.toString()) : {}).Successful).map(
      (entry) => recordOf(entry).Id,
    ),
  );
  const changed = operation.endsWith('Batch')
    ? listOf(body.Entries)
        .map(recordOf)
        .filter(({ Id }) => done.has(Id))
    : [body];
  for (const { ReceiptHandle, VisibilityTimeout } of changed) {
    if (caller.name !== 'operator') hooks.visibilityChanged?.(name, textOf(ReceiptHandle), Number(VisibilityTimeout));
  }
  hooks.queueTouched(name);
}
