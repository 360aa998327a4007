/** The suite over the real Supabase Auth. `npm run test:auth` starts that, and then this. */
import { hooksSecret } from '#local/issuers.ts';
import { startStack } from '../../system/stack.ts';
import { describeAuth, type SupabaseProject } from '../auth.suite.ts';
import { handedOver, handedOverVariable } from './handed-over.ts';

const given = handedOver.parse(JSON.parse(process.env[handedOverVariable] ?? 'null'));
const apps = { open: 'sparky', confirming: 'flirt-studio' } as const;

const issuerOf = ({ issuer, jwksUrl }: SupabaseProject) => ({
  algorithm: 'ES256',
  issuer,
  audience: 'authenticated',
  jwks_url: jwksUrl,
});

describeAuth('Supabase Auth', async (secrets) => {
  const stack = await startStack({
    httpPorts: { tessera: given.apiPort },
    secrets: {
      ...hooksSecret({ [apps.open]: [given.hookSecret], [apps.confirming]: [given.hookSecret] }),
      ...secrets,
    },
    editModel: (model) => {
      for (const { metadata, properties } of model.ofType('AWS::Lambda::Function')) {
        if (metadata['tessera:entry'] !== 'services/identity/handlers/authorizer.ts') continue;
        const { Variables } = properties.Environment as { Variables: Record<string, string> };
        Variables.ISSUERS = JSON.stringify({
          [apps.open]: [issuerOf(given.open)],
          [apps.confirming]: [issuerOf(given.confirming)],
        });
      }
    },
  });
  return {
    stack,
    open: { app: apps.open, project: given.open },
    confirming: { app: apps.confirming, project: given.confirming },
    stop: () => stack.close(),
  };
});
