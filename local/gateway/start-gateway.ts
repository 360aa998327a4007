/** Starts the AWS endpoint of the local account. */
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway, GatewayListener, GatewayOptions } from '../contracts.ts';
import { createFaults } from './faults.ts';
import { inProcess } from './in-process.ts';
import { listen } from './listener.ts';
import { type Pipeline, serve } from './pipeline.ts';
import { createPrincipals } from './principals.ts';
import { createServices } from './services.ts';

/** @throws Error when a backend does not start or a role holds what the local account cannot evaluate. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { model, hooks, dataDir, log = () => {} } = options;
  if (dataDir) mkdirSync(dataDir, { recursive: true });
  const principals = createPrincipals(model);
  const faults = options.faults ?? createFaults();
  const listener = options.listener ?? (await listen(options.port));
  const services = await createServices(options, log).catch(async (error: unknown) => {
    await listener.close();
    throw error;
  });
  const pipeline: Pipeline = { principals, faults, services, hooks, log };
  answerOn(listener, pipeline);
  return {
    url: listener.url,
    faults,
    operator: principals.operator.credentials,
    credentialsFor(functionName) {
      const principal = principals.byName(functionName);
      if (!principal) throw new Error(`no function is named ${functionName}`);
      return principal.credentials;
    },
    inProcess: inProcess(pipeline),
    queueDepth: services.queueDepth,
    async close() {
      await listener.close();
      await services.close();
    },
  };
}

function answerOn({ server }: GatewayListener, pipeline: Pipeline): void {
  server.removeAllListeners('request');
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    serve(pipeline, message, response).catch((error: unknown) => {
      pipeline.log(`the gateway could not answer: ${String(error)}`);
      message.socket.destroy();
    });
  });
}
