/** What all services stand on: the bus with its archive, the HTTP API, and the queue in which admins' acts are written down. */
import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnApi, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Archive, EventBus } from 'aws-cdk-lib/aws-events';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { WorkQueue } from '../constructs/queues.ts';
import type { TesseraFunction } from '../constructs/tessera-function.ts';

export interface PlatformProps extends StackProps {
  readonly config: DeploymentConfig;
}

/** Headers beside the safelisted ones that browsers may send. */
const requestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'x-correlation-id',
];

/** Requests a second and in a burst, over all apps: the account's own guard against a runaway client. */
const throttle = { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 };

export class PlatformStack extends Stack {
  readonly config: DeploymentConfig;
  readonly bus: EventBus;
  readonly api: CfnApi;
  /** What admins and operators do, before and after it is done. The admin service reads it. */
  readonly audit: WorkQueue;

  constructor(scope: Construct, id: string, { config, ...props }: PlatformProps) {
    super(scope, id, props);
    this.config = config;
    this.bus = new EventBus(this, 'Bus');
    new Archive(this, 'Archive', {
      sourceEventBus: this.bus,
      eventPattern: { source: [{ prefix: 'tessera.' }] as unknown as string[] },
      retention: Duration.days(90),
    });
    this.api = this.httpApi(config.origins);
    this.audit = new WorkQueue(this, 'Audit', { visibilityTimeout: Duration.seconds(60), maxReceiveCount: 10 });
    new CfnOutput(this, 'ApiUrl', { value: this.api.attrApiEndpoint });
  }

  /** Where the API is reached from outside: the deployment's own domain, or the one that API Gateway gives. */
  get publicUrl(): string {
    return this.config.publicUrl ?? this.api.attrApiEndpoint;
  }

  /** The name and ARN of a function that two stacks must agree on though neither depends on the other (docs/adr/0009). */
  namedFunction(name: string): { readonly functionName: string; readonly functionArn: string } {
    const functionName = `${this.stackName}-${name}`;
    const functionArn = this.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return { functionName, functionArn };
  }

  /** Lets a function ask the catalog for definitions, and tells it whom to ask (docs/adr/0011). */
  letReadCatalog(fn: TesseraFunction): void {
    const { functionName, functionArn } = this.namedFunction('catalog-definition');
    fn.addEnvironment('CATALOG_FUNCTION', functionName);
    fn.allow(['lambda:InvokeFunction'], [functionArn]);
  }

  /** For the functions with routes of admins or operators: they write down what is done (`shared/http/audit.ts`). */
  letAudit(fn: TesseraFunction): void {
    fn.addEnvironment('AUDIT_QUEUE_URL', this.audit.queue.queueUrl);
    fn.allow(['sqs:SendMessage'], [this.audit.queue.queueArn]);
  }

  private httpApi(origins: readonly string[]): CfnApi {
    const api = new CfnApi(this, 'Api', {
      name: 'tessera',
      protocolType: 'HTTP',
      corsConfiguration: {
        allowOrigins: [...origins],
        allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowHeaders: requestHeaders,
        exposeHeaders: ['etag', 'retry-after', 'content-disposition'],
        maxAge: 3_600,
      },
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const format = {
      requestId: '$context.requestId',
      ip: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      path: '$context.path',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      error: '$context.error.message',
    };
    new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: throttle,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify(format) },
    });
    return api;
  }
}
