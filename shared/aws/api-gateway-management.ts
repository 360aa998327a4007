import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';

/** For the connections of one WebSocket API. `endpoint`: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`. */
export const apiGatewayManagement = (endpoint: string): ApiGatewayManagementApiClient =>
  new ApiGatewayManagementApiClient({ endpoint });
