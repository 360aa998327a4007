/**
 * `@connections`: messages to the clients of a WebSocket API, from outside of it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
import type { GatewayHooks, WebSocketConnection } from '../contracts.ts';
import { connectionPath } from '../iam/permissions.ts';
import { messageLimitBytes } from '../triggers/websocket/limits.ts';
import { type Answer, AwsError, json } from './answer.ts';
import type { Call, Service } from './call.ts';

const nothing = (status: number): Answer => ({ status, headers: {}, body: Buffer.alloc(0) });

/** `onlyApi` is meant by a path that names no API, as AWS's own paths do. */
export function createConnectionService(hooks: GatewayHooks, onlyApi: string | undefined): Service {
  function connectionOf({ path }: Call): WebSocketConnection {
    const parts = connectionPath(path);
    const api = parts?.api ?? onlyApi;
    if (!parts || !api) throw new AwsError('NotFoundException', `no WebSocket API is at ${path}`, 404);
    const connection = hooks.webSocketConnection?.(api, parts.stage, parts.connectionId);
    if (!connection) throw new AwsError('GoneException', 'the connection is not open', 410);
    return connection;
  }

  return {
    async handle(call) {
      if (call.operation === 'PostToConnection') {
        if (call.payload.length > messageLimitBytes)
          throw new AwsError('PayloadTooLargeException', `more than ${messageLimitBytes} bytes`, 413);
        connectionOf(call).send(call.payload);
        return nothing(200);
      }
      const connection = connectionOf(call);
      if (call.operation === 'DeleteConnection') {
        connection.close();
        return nothing(204);
      }
      const { connectedAt, lastActiveAt, sourceIp, userAgent } = connection;
      return json({
        connectedAt: new Date(connectedAt).toISOString(),
        lastActiveAt: new Date(lastActiveAt).toISOString(),
        identity: { sourceIp, userAgent },
      });
    },
  };
}
