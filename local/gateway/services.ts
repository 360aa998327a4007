/** The services behind the gateway, started and ended together. */
import { join } from 'node:path';
import type { GatewayOptions, QueueDepth } from '../contracts.ts';
import type { ResourceNames } from '../iam/index.ts';
import { AwsError } from './answer.ts';
import type { Handler, Service } from './call.ts';
import { createConnectionService } from './connections.ts';
import { createDynamoService } from './dynamodb/service.ts';
import { tablesOf } from './dynamodb/tables.ts';
import { createEventService } from './event-bus.ts';
import { createFauxqs } from './fauxqs.ts';
import { createLambdaService } from './lambda.ts';
import { createParameterService } from './parameters.ts';
import { type BucketCors, createBucketCors } from './s3/cors.ts';
import { createObjectService, type ObjectService } from './s3/service.ts';
import { createSecretService } from './secrets.ts';
import { createQueueService } from './sqs.ts';

export interface Services {
  readonly handle: Handler;
  readonly names: ResourceNames;
  readonly objects: ObjectService;
  readonly cors: BucketCors;
  /** Straight from the store: waiting for quiet asks this of every queue, again and again. */
  queueDepth(name: string): QueueDepth;
  close(): Promise<void>;
}

export async function createServices(options: GatewayOptions, log: (line: string) => void): Promise<Services> {
  const { model, hooks, dataDir } = options;
  const webSocketApis = model
    .ofType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'WEBSOCKET');
  const webSocketApiId = webSocketApis.length === 1 ? webSocketApis[0]?.ref : undefined;
  const secrets = createSecretService(model, options.secrets, dataDir);
  const cors = createBucketCors(model);
  const dynamodb = await createDynamoService(model, hooks, dataDir);
  const fauxqs = createFauxqs(dataDir ? join(dataDir, 'fauxqs') : undefined);
  const objects = createObjectService(model, hooks, fauxqs, dataDir);
  const services: Readonly<Record<string, Service>> = {
    dynamodb,
    secretsmanager: secrets,
    s3: objects,
    sqs: createQueueService(model, hooks, fauxqs),
    events: createEventService(model, hooks),
    lambda: createLambdaService(model, hooks, log),
    ssm: createParameterService(model, options.parameters),
    'execute-api': createConnectionService(hooks, webSocketApiId),
  };
  const tables = new Map(tablesOf(model).map((table) => [table.name, table]));
  return {
    objects,
    cors,
    names: {
      region: model.region,
      accountId: model.accountId,
      partitionKey: (table) => tables.get(table)?.partitionKey,
      streamArn: (table) => tables.get(table)?.streamArn,
      secretArn: secrets.secretArn,
      webSocketApiId,
    },
    handle: (call) => {
      const service = services[call.service];
      if (!service) throw new AwsError('UnknownOperationException', `the local account has no ${call.service}`, 501);
      return service.handle(call);
    },
    queueDepth: (name) => fauxqs.queueDepth(name),
    close: async () => {
      await fauxqs.close();
      await dynamodb.close?.();
    },
  };
}
