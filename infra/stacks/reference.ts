/** The reference service: the API's document and its page, for anybody. */
import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { routes } from '#services/reference/routes.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';
import type { IdentityStack } from './identity.ts';

export interface ReferenceProps extends StackProps {
  readonly identity: IdentityStack;
}

export class ReferenceStack extends Stack {
  constructor(scope: Construct, id: string, { identity, ...props }: ReferenceProps) {
    super(scope, id, props);
    const api = new TesseraFunction(this, 'Api', {
      service: 'reference',
      entry: 'services/reference/handlers/api.ts',
    });
    Validations.of(identity.routes.add(this, 'Routes', { routes, function: api })).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'The document says how the API is used, and holds nothing of any app or user.',
    });
  }
}
