/** What API Gateway tells of a connection: whose it is, as the authorizer found, with everything that happens on it. */
import * as z from 'zod';
import { appId, ownerKey, userId } from '#shared/owner.ts';
import type { Connection } from '../storage/connection-table.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
const requestContext = z.object({
  connectionId: z.string().min(1).max(128),
  /** Epoch milliseconds. */
  connectedAt: z.int().min(0),
  /** The authorizer's context comes as text, with `principalId` and more beside it. */
  authorizer: z.object({ app: appId, user: userId, expiresAt: z.iso.datetime() }),
});

/** The parts of an event that are looked at. Header names come as the client spelled them. */
export interface SocketEvent {
  readonly requestContext: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
}
export interface SocketReply {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws ZodError for an event that went past the authorizer. */
export const connectionOf = ({ requestContext: context }: Pick<SocketEvent, 'requestContext'>): Connection => {
  const { connectionId, connectedAt, authorizer } = requestContext.parse(context);
  const { app, user, expiresAt } = authorizer;
  return {
    owner: ownerKey({ app, user }),
    connection: connectionId,
    app,
    expiresAt,
    connectedAt: new Date(connectedAt).toISOString(),
  };
};
