/** $disconnect of the WebSocket API: strikes a connection off. */
import { connections } from '../composition.ts';
import { disconnect } from '../realtime/connect.ts';

export const handler = disconnect({ connections: connections() });
