/** The identity service: who may call. The authorizer in front of every route, the users' records, and what happens to them. */
import { ArnFormat, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ServiceRoutes, type ServiceRoutesProps } from '../constructs/service-routes.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { PlatformStack } from './platform.ts';

export interface IdentityProps extends StackProps {
  readonly platform: PlatformStack;
}

export class IdentityStack extends Stack {
  private readonly platform: PlatformStack;
  private readonly authorizerId: string;

  constructor(scope: Construct, id: string, { platform, ...props }: IdentityProps) {
    super(scope, id, props);
    this.platform = platform;
    this.authorizerId = this.authorizer().ref;
  }

  /** Puts a service's route table on the API, behind the authorizer. */
  readonly routes = {
    add: (scope: Construct, id: string, { routes, function: fn }: Omit<ServiceRoutesProps, 'api'>): ServiceRoutes =>
      new ServiceRoutes(scope, id, {
        api: { apiId: this.platform.api.ref, authorizerId: this.authorizerId },
        routes,
        function: fn,
      }),
  };

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

  private authorizer(): CfnAuthorizer {
    const { api, config } = this.platform;
    const { issuers } = config;
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
      sourceArn: this.formatArn({ service: 'execute-api', resource: api.ref, resourceName: 'authorizers/*' }),
    });
    // No identity source: a request without a token reaches the authorizer too, and every refusal is problem+json (docs/adr/0003).
    return new CfnAuthorizer(this, 'UserAuthorizer', {
      apiId: api.ref,
      name: 'user',
      authorizerType: 'REQUEST',
      authorizerPayloadFormatVersion: '2.0',
      authorizerUri: `arn:${this.partition}:apigateway:${this.region}:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`,
      enableSimpleResponses: true,
      authorizerResultTtlInSeconds: 0,
    });
  }
}
