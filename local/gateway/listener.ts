/** The gateway's port: bound first, answered for good once the gateway has started. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayListener } from '../contracts.ts';

/** @throws Error when the port is taken. */
export async function listen(port = 0): Promise<GatewayListener> {
  // An upload may take its time, but a socket that says nothing is closed.
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 300_000 });
  server.on('request', (_message, response) => response.writeHead(503, { 'retry-after': '1' }).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    // An IP address: the S3 client then puts the bucket into the path, and no name has to be resolved.
    url: `http://127.0.0.1:${address.port}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
