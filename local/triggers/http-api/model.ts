/** An HTTP API as the template describes it: routes, their functions, the authorizer, CORS. */
import * as z from 'zod';
import type { AccountModel, Resource } from '../../contracts.ts';
import { boolean, byRef, functionOf, nameOf, number, readProperties } from '../properties.ts';

export interface CorsConfiguration {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
  readonly allowCredentials: boolean;
}

export interface Authorizer {
  readonly id: string;
  readonly functionName: string;
  /** Selection expressions, such as `$request.header.Authorization`. */
  readonly identitySources: readonly string[];
  readonly resultTtlSeconds: number;
}

export interface Route {
  /** `GET /v1/credits`, or `$default`. */
  readonly key: string;
  /** `ANY` too; absent for `$default`. */
  readonly method?: string;
  readonly path: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly authorizer?: Authorizer;
}

export interface HttpApi {
  readonly id: string;
  readonly logicalId: string;
  readonly name: string;
  /** `$default` has no part in the path. */
  readonly stage: string;
  readonly cors?: CorsConfiguration;
  readonly routes: readonly Route[];
}

const list = z.array(z.string()).default([]);
const apiSchema = z.object({
  Name: z.string(),
  ProtocolType: z.string(),
  CorsConfiguration: z
    .object({
      AllowOrigins: list,
      AllowMethods: list,
      AllowHeaders: list,
      ExposeHeaders: list,
      MaxAge: number.optional(),
      AllowCredentials: boolean.default(false),
    })
    .optional(),
});
const routeSchema = z.object({
  ApiId: z.string(),
  RouteKey: z.string().regex(/^(\$default|(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/.*)$/),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
});
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  // API Gateway takes no less than 50 ms and no more than 30 s.
  TimeoutInMillis: number.min(50).max(30_000).default(30_000),
});
const authorizerSchema = z.object({
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: z.string(),
  AuthorizerPayloadFormatVersion: z.literal('2.0'),
  EnableSimpleResponses: z.literal(true),
  IdentitySource: z
    .array(z.string().regex(/^\$(request\.(header|querystring)\.|context\.|stageVariables\.)/))
    .default([]),
  AuthorizerResultTtlInSeconds: number.min(0).max(3600).default(0),
});

function readAuthorizer(model: AccountModel, id: string): Authorizer {
  const resource = byRef(model, 'AWS::ApiGatewayV2::Authorizer', id);
  if (!resource) throw new Error(`no authorizer has the id ${id}`);
  const properties = readProperties(resource, authorizerSchema);
  return {
    id,
    functionName: functionOf(resource, properties.AuthorizerUri),
    identitySources: properties.IdentitySource,
    resultTtlSeconds: properties.AuthorizerResultTtlInSeconds,
  };
}

function readRoute(model: AccountModel, resource: Resource): Route {
  const properties = readProperties(resource, routeSchema);
  const integration = byRef(model, 'AWS::ApiGatewayV2::Integration', properties.Target.replace(/^integrations\//, ''));
  if (!integration) throw new Error(`${nameOf(resource)} has no integration ${properties.Target}`);
  const { IntegrationUri, TimeoutInMillis } = readProperties(integration, integrationSchema);
  if (properties.AuthorizationType === 'CUSTOM' && !properties.AuthorizerId)
    throw new Error(`${nameOf(resource)} names no authorizer`);
  const [method, path = ''] = properties.RouteKey.split(' ');
  return {
    key: properties.RouteKey,
    ...(method && path ? { method } : {}),
    path,
    functionName: functionOf(integration, IntegrationUri),
    timeoutMs: TimeoutInMillis,
    ...(properties.AuthorizationType === 'CUSTOM' && properties.AuthorizerId
      ? { authorizer: readAuthorizer(model, properties.AuthorizerId) }
      : {}),
  };
}

/** Every API of protocol HTTP; a route or integration this server cannot play stops the start. */
export function readHttpApis(model: AccountModel): HttpApi[] {
  const belongsTo = (api: Resource) => (resource: Resource) => resource.properties.ApiId === api.ref;
  return model
    .ofType('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === 'HTTP')
    .map((resource) => {
      const { Name, CorsConfiguration: cors } = readProperties(resource, apiSchema);
      const stages = model.ofType('AWS::ApiGatewayV2::Stage').filter(belongsTo(resource));
      const [stage] = stages;
      if (!stage || stages.length > 1)
        throw new Error(`${nameOf(resource)} needs exactly one stage, not ${stages.length}`);
      if (stage.properties.StageVariables)
        throw new Error(`${nameOf(stage)} has stage variables, which are not played here`);
      return {
        id: resource.ref,
        logicalId: resource.logicalId,
        name: Name,
        stage: String(stage.properties.StageName),
        routes: model
          .ofType('AWS::ApiGatewayV2::Route')
          .filter(belongsTo(resource))
          .map((route) => readRoute(model, route)),
        ...(cors
          ? {
              cors: {
                allowOrigins: cors.AllowOrigins,
                allowMethods: cors.AllowMethods,
                allowHeaders: cors.AllowHeaders,
                exposeHeaders: cors.ExposeHeaders,
                maxAgeSeconds: cors.MaxAge,
                allowCredentials: cors.AllowCredentials,
              },
            }
          : {}),
      };
    });
}
