/** The ports of the HTTP APIs: bound before the template is read for good, because functions may hold the APIs' addresses. */
import type { AccountModel } from '../contracts.ts';
import type { HttpRequest } from '../triggers/http-api/event.ts';
import { createHttpApi, type HttpApiOptions } from '../triggers/http-api/gateway.ts';
import { readHttpApis } from '../triggers/http-api/model.ts';
import { type HttpResponse, message } from '../triggers/http-api/response.ts';
import { type HttpServer, startHttpServer } from '../triggers/http-api/server.ts';

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpServers {
  /** By logical id or name; without one, the only API. With the stage, when it has a part in the path. */
  url(api?: string): string;
  serve(model: AccountModel, options: Omit<HttpApiOptions, 'model' | 'api'>): void;
  close(): Promise<void>;
}

interface Bound {
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
  readonly server: HttpServer;
}

/** `ports` by the API's logical id or name; 0 for those not listed. */
export async function bindHttpApis(draft: AccountModel, ports: Readonly<Record<string, number>>): Promise<HttpServers> {
  const handlers = new Map<string, Handle>();
  const bound: Bound[] = [];
  const close = async () => {
    await Promise.all(bound.map(({ server }) => server.close()));
  };
  try {
    for (const { logicalId, name, stage } of readHttpApis(draft)) {
      const handle: Handle = (request) =>
        handlers.get(logicalId)?.(request) ?? Promise.resolve(message(503, 'Service Unavailable'));
      const server = await startHttpServer(handle, ports[logicalId] ?? ports[name] ?? 0, `the HTTP API ${name}`);
      bound.push({ logicalId, name, server, url: stage === '$default' ? server.url : `${server.url}/${stage}` });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url(api) {
      const [found, ...more] = bound.filter(
        ({ logicalId, name }) => api === undefined || logicalId === api || name === api,
      );
      if (!found || more.length > 0)
        throw new Error(
          `name one of the HTTP APIs: ${bound.map(({ logicalId }) => logicalId).join(', ') || 'there is none'}`,
        );
      return found.url;
    },
    serve(model, options) {
      for (const api of readHttpApis(model)) handlers.set(api.logicalId, createHttpApi({ model, api, ...options }));
    },
    close,
  };
}
