/** From the CDK app to the model of the account, with the ports of its APIs bound. */
import type { AccountModel, GatewayListener } from '../contracts.ts';
import { synthesized } from '../synthesize.ts';
import { functions, loadModel } from '../template/index.ts';
import { localizeAddresses } from './aws-addresses.ts';
import { findFunction } from './find-function.ts';
import { bindHttpApis, type HttpServers } from './http-servers.ts';
import type { AccountOptions } from './options.ts';
import { removePermission } from './permissions.ts';
import { bindWebSocketApis, type WebSocketServers } from './web-socket-servers.ts';

const defaults = { region: 'eu-central-1', accountId: '123456789012' };

export interface ReadTemplate {
  readonly model: AccountModel;
  readonly http: HttpServers;
  readonly webSockets: WebSocketServers;
}

/** The template read twice: once to know which ports to bind, once with their addresses. */
export async function readTemplate(options: AccountOptions, listener: GatewayListener): Promise<ReadTemplate> {
  const cdkOut = options.cdkOut ?? (await synthesized(options.context ? { context: options.context } : {}));
  const settings = { ...defaults, ...options };
  const base = { region: settings.region, accountId: settings.accountId, gatewayUrl: listener.url };
  const bound: { close(): Promise<void> }[] = [];
  try {
    const draft = await loadModel(cdkOut, base);
    const http = await bindHttpApis(draft, options.httpPorts ?? {});
    bound.push(http);
    const webSockets = await bindWebSocketApis(draft, options.webSocketPorts ?? {});
    bound.push(webSockets);
    const apiEndpoint = ({ logicalId, protocol }: { logicalId: string; protocol: string }) =>
      protocol === 'HTTP' ? http.url(logicalId) : webSockets.find(logicalId).url;
    const model = await loadModel(cdkOut, { ...base, apiEndpoint });
    localizeAddresses(model, webSockets.bound, listener.url);
    const known = functions(model);
    for (const { function: name, action } of options.removePermissions ?? [])
      removePermission(model, findFunction(known, name), action);
    options.editModel?.(model);
    return { model, http, webSockets };
  } catch (error) {
    await Promise.all(bound.map((servers) => servers.close()));
    throw error;
  }
}
