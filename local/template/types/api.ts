/** API Gateway's HTTP and WebSocket APIs. */
import type { ResourceTypes, TypeContext } from '../resource-types.ts';
import { define } from './define.ts';

/** A part of an API: `Ref` is its id. */
const part = (collection: string, attribute: string) => (context: TypeContext) => {
  const id = context.id(7);
  const arn = `arn:aws:apigateway:${context.region}::/apis/${String(context.property('ApiId'))}/${collection}/${id}`;
  return { ref: id, arn, attributes: { [attribute]: id } };
};

export const apiTypes: ResourceTypes = {
  'AWS::ApiGatewayV2::Api': define(
    `ApiKeySelectionExpression CorsConfiguration Description DisableExecuteApiEndpoint DisableSchemaValidation IpAddressType Name ProtocolType
     RouteSelectionExpression Tags Version`,
    (context) => {
      const id = context.id(10);
      const protocol = context.property('ProtocolType') === 'WEBSOCKET' ? 'WEBSOCKET' : 'HTTP';
      const scheme = protocol === 'HTTP' ? 'https' : 'wss';
      const endpoint =
        context.apiEndpoint?.({ logicalId: context.logicalId, protocol }) ??
        `${scheme}://${id}.execute-api.${context.region}.amazonaws.com`;
      return {
        ref: id,
        arn: `arn:aws:apigateway:${context.region}::/apis/${id}`,
        attributes: { ApiId: id, ApiEndpoint: endpoint },
      };
    },
  ),
  'AWS::ApiGatewayV2::Route': define(
    `ApiId ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId ModelSelectionExpression OperationName RequestModels
     RequestParameters RouteKey RouteResponseSelectionExpression Target`,
    part('routes', 'RouteId'),
  ),
  'AWS::ApiGatewayV2::Integration': define(
    `ApiId ConnectionType ContentHandlingStrategy CredentialsArn Description IntegrationMethod IntegrationSubtype IntegrationType IntegrationUri
     PassthroughBehavior PayloadFormatVersion RequestParameters RequestTemplates ResponseParameters TemplateSelectionExpression
     TimeoutInMillis TlsConfig`,
    part('integrations', 'IntegrationId'),
  ),
  'AWS::ApiGatewayV2::Authorizer': define(
    `ApiId AuthorizerCredentialsArn AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerType AuthorizerUri
     EnableSimpleResponses IdentitySource JwtConfiguration Name`,
    part('authorizers', 'AuthorizerId'),
  ),
  'AWS::ApiGatewayV2::Stage': define(
    'AccessLogSettings ApiId AutoDeploy DefaultRouteSettings DeploymentId Description RouteSettings StageName StageVariables Tags',
    (context) => {
      const name = String(context.property('StageName'));
      const arn = `arn:aws:apigateway:${context.region}::/apis/${String(context.property('ApiId'))}/stages/${name}`;
      return { ref: name, arn, attributes: { Id: name } };
    },
  ),
  'AWS::ApiGatewayV2::RouteResponse': define(
    'ApiId ModelSelectionExpression ResponseModels ResponseParameters RouteId RouteResponseKey',
    (context) => {
      const id = context.id(7);
      const api = `arn:aws:apigateway:${context.region}::/apis/${String(context.property('ApiId'))}`;
      const arn = `${api}/routes/${String(context.property('RouteId'))}/routeresponses/${id}`;
      return { ref: id, arn, attributes: { RouteResponseId: id } };
    },
  ),
  'AWS::ApiGatewayV2::Deployment': define('ApiId Description StageName', part('deployments', 'DeploymentId')),
};
