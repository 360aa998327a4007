/** An API Gateway WebSocket API: who may connect, and which function hears of what. */
import { RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { TesseraFunction } from './tessera-function.ts';

export interface SocketApiProps {
  readonly name: string;
  readonly authorizer: TesseraFunction;
  readonly connect: TesseraFunction;
  readonly disconnect: TesseraFunction;
  /** Whatever a client says. */
  readonly message: TesseraFunction;
}

/** Messages a second and in a burst, over all apps: a client says little. */
const throttle = { throttlingRateLimit: 500, throttlingBurstLimit: 1_000 };
const stageName = 'v1';

export class SocketApi extends Construct {
  private readonly api: CfnApi;

  constructor(scope: Construct, id: string, props: SocketApiProps) {
    super(scope, id);
    this.api = new CfnApi(this, 'Api', {
      name: props.name,
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    const authorizer = new CfnAuthorizer(this, 'Authorizer', {
      apiId: this.api.ref,
      name: 'token',
      authorizerType: 'REQUEST',
      authorizerUri: this.invocationUri(props.authorizer),
      // No identity source, so that it is always asked: a client may spell the header in which the token comes as it likes, and whoever
      // brings none is refused by the function.
    });
    this.letInvoke('AuthorizerPermission', props.authorizer);
    this.route('$connect', props.connect, authorizer);
    this.route('$disconnect', props.disconnect);
    this.route('$default', props.message);
    this.stage();
  }

  /** What clients connect to. */
  get url(): string {
    return `${this.api.attrApiEndpoint}/${stageName}`;
  }

  /** Lets a function send to connections and close them, and tells it where. */
  letSend(fn: TesseraFunction, ...methods: readonly ('POST' | 'DELETE')[]): void {
    const { region, urlSuffix } = Stack.of(this);
    fn.addEnvironment('SOCKET_ENDPOINT', `https://${this.api.ref}.execute-api.${region}.${urlSuffix}/${stageName}`);
    fn.allow(
      ['execute-api:ManageConnections'],
      methods.map((method) =>
        Stack.of(this).formatArn({
          service: 'execute-api',
          resource: this.api.ref,
          resourceName: `${stageName}/${method}/@connections/*`,
        }),
      ),
    );
    this.acknowledge(fn, methods);
  }

  /** As cdk-nag names it: what is known at deployment only, in angle brackets. */
  private acknowledge(fn: TesseraFunction, methods: readonly string[]): void {
    const { region, account } = Stack.of(this);
    const shown = (value: string, name: string) => (Token.isUnresolved(value) ? `<${name}>` : value);
    const where = `${shown(region, 'AWS::Region')}:${shown(account, 'AWS::AccountId')}`;
    const api = `<${Stack.of(this).getLogicalId(this.api)}>`;
    for (const method of methods)
      Validations.of(fn.role ?? fn).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:${where}:${api}/${stageName}/${method}/@connections/*]`,
        reason: 'Connections get their ids when they are made; the API, the stage and the method are named.',
      });
  }

  private invocationUri(fn: TesseraFunction): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`;
  }

  private letInvoke(id: string, fn: TesseraFunction): void {
    new CfnPermission(this, id, {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.ref, resourceName: '*' }),
    });
  }

  private route(routeKey: '$connect' | '$disconnect' | '$default', fn: TesseraFunction, by?: CfnAuthorizer): void {
    const name = routeKey.slice(1);
    const integration = new CfnIntegration(this, `${name}Integration`, {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: this.invocationUri(fn),
    });
    const route = new CfnRoute(this, `${name}Route`, {
      apiId: this.api.ref,
      routeKey,
      target: `integrations/${integration.ref}`,
      ...(by ? { authorizationType: 'CUSTOM', authorizerId: by.ref } : { authorizationType: 'NONE' }),
    });
    if (!by)
      Validations.of(route).acknowledge({
        id: 'AwsSolutions::AwsSolutions-APIG4',
        reason: 'A WebSocket API authorizes $connect alone; what comes later is of a connection that was let in.',
      });
    this.letInvoke(`${name}Permission`, fn);
  }

  private stage(): void {
    const log = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const format = {
      requestId: '$context.requestId',
      connectionId: '$context.connectionId',
      eventType: '$context.eventType',
      routeKey: '$context.routeKey',
      status: '$context.status',
      error: '$context.error.message',
    };
    new CfnStage(this, 'Stage', {
      apiId: this.api.ref,
      stageName,
      autoDeploy: true,
      defaultRouteSettings: throttle,
      accessLogSettings: { destinationArn: log.logGroupArn, format: JSON.stringify(format) },
    });
  }
}
