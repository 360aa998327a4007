/** $connect of the WebSocket API: keeps a new connection. */
import { connections, logger, sockets } from '../composition.ts';
import { connect } from '../realtime/connect.ts';

export const handler = connect({ connections: connections(), sockets: sockets(), logger: logger() });
