/** Open sockets as the server reaches them: through API Gateway, which holds them. What cannot be reached now is told as such, not thrown. */
import {
  type ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** `gone`: there is no such connection any more. `busy`: too much at once, a client that takes no data, or no answer in time. */
export type Outcome = 'done' | 'gone' | 'busy';

export interface Sockets {
  /** @throws when it may not be done, or the text is larger than 128 KB: then trying again is of no use. */
  post(connection: string, text: string): Promise<Outcome>;
  close(connection: string): Promise<Outcome>;
}

/** Tries included. A client that takes no data holds up nobody longer than this. */
export const answeredWithinMs = 2_000;

const tooMany = 429;
/** An answer that says that the request itself is at fault. */
const isRefusal = (error: unknown): boolean => {
  if (!(error instanceof ApiGatewayManagementApiServiceException)) return false;
  const { httpStatusCode = 500 } = error.$metadata;
  return httpStatusCode >= 400 && httpStatusCode < 500 && httpStatusCode !== tooMany;
};

export const apiGatewaySockets = (
  client: ApiGatewayManagementApiClient,
  { timeoutMs = answeredWithinMs }: { readonly timeoutMs?: number } = {},
): Sockets => {
  const outcomeOf = async (call: (abortSignal: AbortSignal) => Promise<unknown>): Promise<Outcome> => {
    try {
      await call(AbortSignal.timeout(timeoutMs));
      return 'done';
    } catch (error) {
      if (error instanceof GoneException) return 'gone';
      if (isRefusal(error)) throw error;
      return 'busy';
    }
  };
  return {
    post: (ConnectionId, Data) =>
      outcomeOf((abortSignal) => client.send(new PostToConnectionCommand({ ConnectionId, Data }), { abortSignal })),
    close: (ConnectionId) =>
      outcomeOf((abortSignal) => client.send(new DeleteConnectionCommand({ ConnectionId }), { abortSignal })),
  };
};
