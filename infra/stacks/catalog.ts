/** The catalog service: one public function over the bundled app definitions. It calls no other AWS service. */
import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { routes } from '#services/catalog/routes.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface CatalogProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
}

export class CatalogStack extends Stack {
  constructor(scope: Construct, id: string, { platform, identity, ...props }: CatalogProps) {
    super(scope, id, props);
    const api = new TesseraFunction(this, 'Api', { service: 'catalog', entry: 'services/catalog/handlers/api.ts' });
    Validations.of(identity.routes.add(this, 'Routes', { routes, function: api })).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: "An app's catalog is public: visitors see tools and prices before they sign up.",
    });
  }
}
