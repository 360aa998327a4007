/** What all services stand on: the bus with its archive, the HTTP API and the authorizer in front of it. */
import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Archive, EventBus } from 'aws-cdk-lib/aws-events';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { ServiceRoutes, type ServiceRoutesProps } from '../constructs/service-routes.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';

export interface PlatformProps extends StackProps {
  readonly config: DeploymentConfig;
}

/** Headers beside the safelisted ones that browsers may send. */
const requestHeaders = ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'x-correlation-id'];

/** Requests a second and in a burst, over all apps: the account's own guard against a runaway client. */
const throttle = { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 };

export class PlatformStack extends Stack {
  readonly config: DeploymentConfig;
  readonly bus: EventBus;
  readonly api: CfnApi;
  readonly authorizerId: string;

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
    this.authorizerId = this.authorizer(config).ref;
    new CfnOutput(this, 'ApiUrl', { value: this.api.attrApiEndpoint });
  }

  /** Puts a service's route table on the API. */
  readonly routes = {
    add: (scope: Construct, id: string, { routes, function: fn }: Omit<ServiceRoutesProps, 'api'>): ServiceRoutes =>
      new ServiceRoutes(scope, id, {
        api: { apiId: this.api.ref, authorizerId: this.authorizerId },
        routes,
        function: fn,
      }),
  };

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

  /** SHA-256 hashes of the admin keys by app. Begins empty; operators write it (`npm run admin-key`), no deployment does again. */
  private adminKeys(): CfnSecret {
    const secret = new CfnSecret(this, 'AdminKeys', {
      name: 'tessera/admin-keys',
      description: 'SHA-256 hashes of admin keys: { "<app>": ["<hex>", ...] }',
      secretString: '{}',
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'It holds hashes only. Keys are rotated by their owners: an app may have several at a time.',
    });
    return secret;
  }

  private authorizer({ issuers }: DeploymentConfig): CfnAuthorizer {
    const adminKeys = this.adminKeys();
    const fn = new TesseraFunction(this, 'Authorizer', {
      service: 'identity',
      entry: 'services/identity/handlers/authorizer.ts',
      environment: { ISSUERS: JSON.stringify(issuers), ADMIN_KEYS: adminKeys.ref },
      timeout: Duration.seconds(5),
    });
    fn.allow(['secretsmanager:GetSecretValue'], [adminKeys.ref]);
    const secretNames = Object.values(issuers)
      .flat()
      .flatMap((issuer) => (issuer.algorithm === 'HS256' ? [issuer.secret_name] : []));
    // Secrets Manager adds a hyphen and six characters to a secret's name in its ARN.
    const arnOf = (name: string) =>
      this.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${name}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    if (secretNames.length > 0) fn.allow(['secretsmanager:GetSecretValue'], secretNames.map(arnOf));
    new CfnPermission(this, 'AuthorizerPermission', {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: this.formatArn({ service: 'execute-api', resource: this.api.ref, resourceName: 'authorizers/*' }),
    });
    // No identity source: a request without a token reaches the authorizer too, and every refusal is problem+json (docs/adr/0003).
    return new CfnAuthorizer(this, 'UserAuthorizer', {
      apiId: this.api.ref,
      name: 'user',
      authorizerType: 'REQUEST',
      authorizerPayloadFormatVersion: '2.0',
      authorizerUri: `arn:${this.partition}:apigateway:${this.region}:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`,
      enableSimpleResponses: true,
      authorizerResultTtlInSeconds: 0,
    });
  }
}
