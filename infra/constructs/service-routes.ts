/** Puts a service's route table on the HTTP API. */
import { Stack } from 'aws-cdk-lib';
import { CfnIntegration, CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { RouteTable } from '#shared/http/route.ts';
import type { TesseraFunction } from './tessera-function.ts';

export interface RoutesTarget {
  readonly apiId: string;
  readonly authorizerId: string;
}

export interface ServiceRoutesProps {
  readonly api: RoutesTarget;
  readonly routes: RouteTable;
  readonly function: TesseraFunction;
}

export class ServiceRoutes extends Construct {
  constructor(scope: Construct, id: string, { api, routes, function: fn }: ServiceRoutesProps) {
    super(scope, id);
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: api.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: fn.functionArn,
      payloadFormatVersion: '2.0',
    });
    for (const [name, { method, path, auth }] of Object.entries(routes)) {
      new CfnRoute(this, name, {
        apiId: api.apiId,
        routeKey: `${method} ${path}`,
        target: `integrations/${integration.ref}`,
        ...(auth === 'public'
          ? { authorizationType: 'NONE' }
          : { authorizationType: 'CUSTOM', authorizerId: api.authorizerId }),
      });
    }
    new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: api.apiId, resourceName: '*' }),
    });
  }
}
