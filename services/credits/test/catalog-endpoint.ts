/** A Lambda endpoint whose one function is the catalog's `definition`, over definitions of the test's own: the real client talks to it over HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppDefinition, type DefinitionAnswer, definitionRequest } from '#services/catalog/contracts.ts';

export interface CatalogEndpoint {
  readonly endpoint: string;
  readonly functionName: string;
  close(): Promise<void>;
}

const functionName = 'catalog-definition';
const revision = '1';

export const startCatalogEndpoint = async (definitions: readonly AppDefinition[]): Promise<CatalogEndpoint> => {
  const answerTo = (payload: unknown): DefinitionAnswer => {
    const { app, have } = definitionRequest.parse(payload);
    const definition = definitions.find(({ id }) => id === app);
    if (!definition) return { status: 'unknown' };
    return have === revision ? { status: 'unchanged' } : { status: 'found', revision, definition };
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isInvocation = request.url === `/2015-03-31/functions/${functionName}/invocations`;
    response.writeHead(isInvocation ? 200 : 404, { 'content-type': 'application/json' });
    response.end(isInvocation ? JSON.stringify(answerTo(JSON.parse(Buffer.concat(chunks).toString()))) : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    functionName,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
