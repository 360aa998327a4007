/** From the CDK app to the model of the account, with the ports of its HTTP APIs bound. */
import type { AccountModel, GatewayListener } from '../contracts.ts';
import { synthesized } from '../synthesize.ts';
import { functions, loadModel } from '../template/index.ts';
import { findFunction } from './find-function.ts';
import { bindHttpApis, type HttpServers } from './http-servers.ts';
import type { AccountOptions } from './options.ts';
import { removePermission } from './permissions.ts';

const defaults = { region: 'eu-central-1', accountId: '123456789012' };

/** The template read twice: once to know which ports to bind, once with their addresses. */
export async function readTemplate(
  options: AccountOptions,
  listener: GatewayListener,
): Promise<{ model: AccountModel; http: HttpServers }> {
  const cdkOut = options.cdkOut ?? (await synthesized(options.context ? { context: options.context } : {}));
  const settings = { ...defaults, ...options };
  const base = { region: settings.region, accountId: settings.accountId, gatewayUrl: listener.url };
  let http: HttpServers | undefined;
  try {
    const bound = await bindHttpApis(await loadModel(cdkOut, base), options.httpPorts ?? {});
    http = bound;
    const apiEndpoint = ({ logicalId, protocol }: { logicalId: string; protocol: string }) =>
      protocol === 'HTTP' ? bound.url(logicalId) : listener.url.replace(/^http/, 'ws');
    const model = await loadModel(cdkOut, { ...base, apiEndpoint });
    const known = functions(model);
    for (const { function: name, action } of options.removePermissions ?? [])
      removePermission(model, findFunction(known, name), action);
    options.editModel?.(model);
    return { model, http: bound };
  } catch (error) {
    await http?.close();
    throw error;
  }
}
