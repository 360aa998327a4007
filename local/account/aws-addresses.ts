/**
 * Production code reaches `@connections` at the address that AWS gives an API, put together from its id, and may tell clients the
 * other one. Where a function's environment holds them, it holds the local ones here: nothing in the function notices.
 */
import type { AccountModel } from '../contracts.ts';
import type { BoundApi } from './web-socket-servers.ts';

/** Where `@connections` of an API is, without the stage: in the gateway, below the API's id. */
export const managementUrl = (gatewayUrl: string, apiId: string): string => `${gatewayUrl}/${apiId}`;

/** Changes the model's functions. */
export function localizeAddresses(model: AccountModel, apis: readonly BoundApi[], gatewayUrl: string): void {
  const addresses = apis.flatMap(({ api, url }) => {
    const host = `${api.id}.execute-api.${model.region}.amazonaws.com`;
    return [
      [`https://${host}`, managementUrl(gatewayUrl, api.id)],
      [`wss://${host}`, url],
    ] as const;
  });
  for (const { properties } of model.ofType('AWS::Lambda::Function')) {
    const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
    for (const [name, value] of Object.entries(Variables)) {
      if (typeof value !== 'string') continue;
      Variables[name] = addresses.reduce((text, [from, to]) => text.replaceAll(from, to), value);
    }
  }
}
