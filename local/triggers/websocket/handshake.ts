/** An upgrade that is answered like any other HTTP request: the connection is not made. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export function refuse(socket: Duplex, status: number, body: string): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ];
  // The client may be gone already, which nobody has to know.
  socket.once('error', () => socket.destroy());
  socket.end(lines.join('\r\n'), () => socket.destroy());
}
