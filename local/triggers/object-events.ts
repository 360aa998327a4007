/** What a bucket tells about a new object: an event on the default bus, or a notification straight to a function. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { AccountModel, GatewayHooks, Resource } from '../contracts.ts';
import type { InvokeAsync } from './async-invoke.ts';
import type { TriggerContext } from './context.ts';
import type { EventBus } from './event-bus.ts';
import { mayInvoke } from './permissions.ts';
import { boolean, functionNameOf, nameOf, readProperties } from './properties.ts';

export type CreatedObject = Parameters<GatewayHooks['objectCreated']>[0];

const rules = z.array(z.object({ Name: z.string(), Value: z.string() }));
/** Other events of a bucket are not played, so asking for them is refused. */
const createdEvent = z.string().startsWith('s3:ObjectCreated:');
/** The names of CloudFormation's bucket and of the CDK's custom resource, which is S3's own API. */
const notificationSchema = z.object({
  EventBridgeConfiguration: z.object({ EventBridgeEnabled: boolean.default(true) }).optional(),
  LambdaConfigurations: z
    .array(
      z.object({
        Event: createdEvent,
        Function: z.string(),
        Filter: z.object({ S3Key: z.object({ Rules: rules }) }).optional(),
      }),
    )
    .default([]),
  LambdaFunctionConfigurations: z
    .array(
      z.object({
        Events: z.array(createdEvent),
        LambdaFunctionArn: z.string(),
        Filter: z.object({ Key: z.object({ FilterRules: rules }) }).optional(),
      }),
    )
    .default([]),
  QueueConfigurations: z.array(z.unknown()).max(0).optional(),
  TopicConfigurations: z.array(z.unknown()).max(0).optional(),
});

interface Notification {
  readonly events: readonly string[];
  readonly functionName: string;
  readonly rules: z.output<typeof rules>;
}

interface BucketNotifications {
  readonly bucket: string;
  readonly toBus: boolean;
  readonly functions: readonly Notification[];
}

function readOne(resource: Resource, bucket: string, given: unknown): BucketNotifications {
  const schema = z.object({ NotificationConfiguration: notificationSchema });
  const { NotificationConfiguration: config } = readProperties(
    { ...resource, properties: { NotificationConfiguration: given } },
    schema,
  );
  const functionOf = (arn: string) => {
    const name = functionNameOf(arn);
    if (!name) throw new Error(`${nameOf(resource)}: ${arn} is no function`);
    return name;
  };
  return {
    bucket,
    toBus: config.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
    functions: [
      ...config.LambdaConfigurations.map((one) => ({
        events: [one.Event],
        functionName: functionOf(one.Function),
        rules: one.Filter?.S3Key.Rules ?? [],
      })),
      ...config.LambdaFunctionConfigurations.map((one) => ({
        events: one.Events,
        functionName: functionOf(one.LambdaFunctionArn),
        rules: one.Filter?.Key.FilterRules ?? [],
      })),
    ],
  };
}

export function readBucketNotifications(model: AccountModel): BucketNotifications[] {
  const onBuckets = model
    .ofType('AWS::S3::Bucket')
    .filter(({ properties }) => properties.NotificationConfiguration !== undefined);
  return [
    ...onBuckets.map((resource) => readOne(resource, resource.ref, resource.properties.NotificationConfiguration)),
    ...model
      .ofType('Custom::S3BucketNotifications')
      .map((resource) =>
        readOne(resource, String(resource.properties.BucketName), resource.properties.NotificationConfiguration),
      ),
  ];
}

/** `s3:ObjectCreated:Put` and the like. */
const eventNames: Readonly<Record<CreatedObject['reason'], string>> = {
  PutObject: 'Put',
  PostObject: 'Post',
  CopyObject: 'Copy',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

const passes =
  (key: string) =>
  ({ Name, Value }: { Name: string; Value: string }) =>
    Name.toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value);

function notificationRecord(model: AccountModel, object: CreatedObject, sequencer: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: model.region,
    eventTime: new Date().toISOString(),
    eventName: `ObjectCreated:${eventNames[object.reason]}`,
    userIdentity: { principalId: model.accountId },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: {
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-amz-id-2': randomBytes(32).toString('base64'),
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'local',
      bucket: {
        name: object.bucket,
        ownerIdentity: { principalId: model.accountId },
        arn: `arn:aws:s3:::${object.bucket}`,
      },
      // S3 encodes the key here like a form field, and only here.
      object: {
        key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        size: object.size,
        eTag: object.etag,
        sequencer,
      },
    },
  };
}

export function createObjectEvents(
  context: TriggerContext,
  bus: EventBus,
  invokeAsync: InvokeAsync,
): (object: CreatedObject) => void {
  const { model } = context;
  const notifications = readBucketNotifications(model);
  let created = 0;

  function nextSequencer(): string {
    created += 1;
    return (BigInt(Date.now()) * 1_000_000n + BigInt(created % 1_000_000)).toString(16).toUpperCase().padStart(18, '0');
  }

  function notifyFunction({ functionName }: Notification, object: CreatedObject, sequencer: string): void {
    if (!mayInvoke(model, functionName, 's3.amazonaws.com', `arn:aws:s3:::${object.bucket}`)) {
      context.report(`bucket ${object.bucket}`, `${functionName} does not permit S3 to invoke it`);
      return;
    }
    void invokeAsync(
      functionName,
      { Records: [notificationRecord(model, object, sequencer)] },
      `bucket ${object.bucket}`,
    );
  }

  return (object) => {
    const sequencer = nextSequencer();
    const etag = object.etag.replaceAll('"', '');
    for (const { bucket, toBus, functions } of notifications) {
      if (bucket !== object.bucket) continue;
      if (toBus) {
        const detail = {
          version: '0',
          bucket: { name: bucket },
          object: { key: object.key, size: object.size, etag, sequencer },
          'request-id': randomBytes(8).toString('hex').toUpperCase(),
          requester: model.accountId,
          'source-ip-address': '127.0.0.1',
          reason: object.reason,
        };
        bus.put([
          {
            source: 'aws.s3',
            detailType: 'Object Created',
            detail: JSON.stringify(detail),
            resources: [`arn:aws:s3:::${bucket}`],
          },
        ]);
      }
      const name = `s3:ObjectCreated:${eventNames[object.reason]}`;
      const wanting = functions.filter(
        ({ events, rules }) =>
          events.some((event) => event === name || event === 's3:ObjectCreated:*') && rules.every(passes(object.key)),
      );
      for (const notification of wanting) notifyFunction(notification, { ...object, etag }, sequencer);
    }
  };
}
