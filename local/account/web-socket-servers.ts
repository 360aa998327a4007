/** The ports of the WebSocket APIs, bound like those of the HTTP APIs before the template is read for good. */
import type { Activity } from '../activity.ts';
import type { AccountModel, WebSocketConnection } from '../contracts.ts';
import { createWebSocketApi, type WebSocketApiOptions } from '../triggers/websocket/gateway.ts';
import { apiGatewayLimits, type Clock, type ConnectionLimits, systemClock } from '../triggers/websocket/limits.ts';
import { readWebSocketApis, type WebSocketApi } from '../triggers/websocket/model.ts';
import { startWebSocketPort, type WebSocketPort } from '../triggers/websocket/server.ts';
import { createSockets, type Sockets } from '../triggers/websocket/sockets.ts';

/** What tests change: how soon a connection is idle, and the time. */
export interface WebSocketSettings {
  readonly limits?: Partial<ConnectionLimits>;
  readonly clock?: Clock;
}

export interface BoundApi {
  readonly api: WebSocketApi;
  /** Without the stage. */
  readonly url: string;
}

type ServeOptions = Pick<WebSocketApiOptions, 'invoke' | 'onRequest'> & {
  readonly activity: Activity;
  readonly settings?: WebSocketSettings | undefined;
};

export interface WebSocketServers {
  readonly bound: readonly BoundApi[];
  /** By logical id or name; without one, the only API. */
  find(api?: string): BoundApi;
  serve(model: AccountModel, options: ServeOptions): void;
  connection(apiId: string, stage: string, connectionId: string): WebSocketConnection | undefined;
  /** Resolves when nothing is on its way between the clients and here. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** `ports` by the API's logical id or name; 0 for those not listed. */
export async function bindWebSocketApis(
  draft: AccountModel,
  ports: Readonly<Record<string, number>>,
): Promise<WebSocketServers> {
  const sockets = new Map<string, Sockets>();
  const bound: (BoundApi & { readonly port: WebSocketPort })[] = [];
  const close = async () => {
    await Promise.all(bound.map(({ port }) => port.close()));
  };
  try {
    for (const api of readWebSocketApis(draft)) {
      const { id, logicalId, name } = api;
      const wanted = ports[logicalId] ?? ports[name] ?? 0;
      const port = await startWebSocketPort(() => sockets.get(id), wanted, `the WebSocket API ${name}`);
      bound.push({ api, url: port.url, port });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bound,
    find(wanted) {
      const [found, ...more] = bound.filter(
        ({ api: { logicalId, name } }) => wanted === undefined || logicalId === wanted || name === wanted,
      );
      if (found && more.length === 0) return found;
      const known = bound.map(({ api }) => api.logicalId).join(', ');
      throw new Error(`name one of the WebSocket APIs: ${known || 'there is none'}`);
    },
    serve(model, { activity, settings = {}, ...options }) {
      const { clock = systemClock } = settings;
      const limits = { ...apiGatewayLimits, ...settings.limits };
      for (const api of readWebSocketApis(model)) {
        const events = createWebSocketApi({ model, api, clock, ...options });
        sockets.set(api.id, createSockets({ events, activity, limits, clock }));
      }
    },
    connection: (apiId, stage, connectionId) => sockets.get(apiId)?.find(stage, connectionId),
    async settled() {
      await Promise.all([...sockets.values()].map((one) => one.settled()));
    },
    close,
  };
}
