/** A WebSocket API as the template describes it: routes, their functions, the authorizer of `$connect`. */
import * as z from 'zod';
import type { AccountModel, Resource } from '../../contracts.ts';
import { boolean, byRef, functionOf, nameOf, number, readProperties } from '../properties.ts';

export interface Authorizer {
  readonly id: string;
  readonly functionName: string;
  /** Such as `route.request.header.Sec-WebSocket-Protocol`. */
  readonly identitySources: readonly string[];
}

export interface Route {
  /** `$connect`, `$disconnect`, `$default`, or what a message selects. */
  readonly key: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  /** Whether the function's answer goes back to the client. */
  readonly answers: boolean;
  /** On `$connect` only. */
  readonly authorizer?: Authorizer;
}

export interface WebSocketApi {
  readonly id: string;
  readonly logicalId: string;
  readonly name: string;
  readonly stage: string;
  /** The names from the message's body down to the route's key: `['action']`. */
  readonly selection: readonly string[];
  readonly routes: readonly Route[];
}

const notPlayed = z.undefined({ error: 'is not played here' }).optional();
/** Unlike an HTTP API, this one takes no function's ARN alone. */
const invocationUri = z
  .string()
  .regex(/^arn:[^:]+:apigateway:[^:]*:lambda:path\/2015-03-31\/functions\/.+\/invocations$/, {
    error: 'must be arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<arn>/invocations',
  });
const apiSchema = z.object({
  Name: z.string(),
  RouteSelectionExpression: z.string().regex(/^(\$request\.body\.[\w.-]+|\$\{request\.body\.[\w.-]+\})$/),
});
const stageSchema = z.object({
  StageName: z.string().regex(/^[\w-]+$/),
  AutoDeploy: boolean.default(false),
  DeploymentId: z.string().optional(),
  StageVariables: notPlayed,
});
const routeSchema = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteResponseSelectionExpression: z.literal('$default').optional(),
  ModelSelectionExpression: notPlayed,
  RequestModels: notPlayed,
  ApiKeyRequired: boolean.refine((required) => !required, { error: 'is not played here' }).optional(),
});
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: invocationUri,
  PayloadFormatVersion: z.literal('1.0').optional(),
  ContentHandlingStrategy: notPlayed,
  CredentialsArn: notPlayed,
  // API Gateway takes no less than 50 ms and no more than 29 s.
  TimeoutInMillis: number.min(50).max(29_000).default(29_000),
});
const authorizerSchema = z.object({
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: invocationUri,
  AuthorizerCredentialsArn: notPlayed,
  IdentitySource: z.array(z.string().regex(/^route\.request\.(header|querystring)\.[^.]+$/)).default([]),
  // A WebSocket API's authorizer answers with a policy, and is asked once per connection.
  EnableSimpleResponses: z.undefined({ error: 'is for HTTP APIs only' }).optional(),
  AuthorizerPayloadFormatVersion: z.undefined({ error: 'is for HTTP APIs only' }).optional(),
  AuthorizerResultTtlInSeconds: z.undefined({ error: 'is for HTTP APIs only' }).optional(),
});

function readAuthorizer(model: AccountModel, route: Resource, id: string | undefined): Authorizer {
  const resource = id === undefined ? undefined : byRef(model, 'AWS::ApiGatewayV2::Authorizer', id);
  if (!resource) throw new Error(`${nameOf(route)} has no authorizer ${id ?? ''}`.trimEnd());
  const { AuthorizerUri, IdentitySource } = readProperties(resource, authorizerSchema);
  return { id: resource.ref, functionName: functionOf(resource, AuthorizerUri), identitySources: IdentitySource };
}

function readRoute(model: AccountModel, resource: Resource): Route {
  const properties = readProperties(resource, routeSchema);
  const { RouteKey: key, Target, AuthorizationType, AuthorizerId } = properties;
  const integration = byRef(model, 'AWS::ApiGatewayV2::Integration', Target.replace(/^integrations\//, ''));
  if (!integration) throw new Error(`${nameOf(resource)} has no integration ${Target}`);
  const { IntegrationUri, TimeoutInMillis } = readProperties(integration, integrationSchema);
  if (AuthorizationType === 'CUSTOM' && key !== '$connect')
    throw new Error(`${nameOf(resource)} has an authorizer, which only $connect may have`);
  const response = model
    .ofType('AWS::ApiGatewayV2::RouteResponse')
    .find(({ properties: { RouteId } }) => RouteId === resource.ref);
  return {
    key,
    functionName: functionOf(integration, IntegrationUri),
    timeoutMs: TimeoutInMillis,
    // Both are needed: the route's expression and a response that it selects.
    answers: properties.RouteResponseSelectionExpression !== undefined && response !== undefined,
    ...(AuthorizationType === 'CUSTOM' ? { authorizer: readAuthorizer(model, resource, AuthorizerId) } : {}),
  };
}

function readStage(model: AccountModel, api: Resource): string {
  const stages = model.ofType('AWS::ApiGatewayV2::Stage').filter(({ properties }) => properties.ApiId === api.ref);
  const [stage] = stages;
  if (!stage || stages.length > 1) throw new Error(`${nameOf(api)} needs exactly one stage, not ${stages.length}`);
  const { StageName, AutoDeploy, DeploymentId } = readProperties(stage, stageSchema);
  const deployment = DeploymentId && byRef(model, 'AWS::ApiGatewayV2::Deployment', DeploymentId);
  if (!AutoDeploy && (!deployment || deployment.properties.ApiId !== api.ref))
    throw new Error(`${nameOf(stage)} has no deployment of its API, so nothing would answer`);
  return StageName;
}

/** Every API of protocol WEBSOCKET; what this server cannot play stops the start. */
export function readWebSocketApis(model: AccountModel): WebSocketApi[] {
  return model
    .ofType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'WEBSOCKET')
    .map((resource) => {
      const { Name, RouteSelectionExpression } = readProperties(resource, apiSchema);
      return {
        id: resource.ref,
        logicalId: resource.logicalId,
        name: Name,
        stage: readStage(model, resource),
        selection: RouteSelectionExpression.replaceAll(/[${}]/g, '').split('.').slice(2),
        routes: model
          .ofType('AWS::ApiGatewayV2::Route')
          .filter(({ properties }) => properties.ApiId === resource.ref)
          .map((route) => readRoute(model, route)),
      };
    });
}
