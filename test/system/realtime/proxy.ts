/** A line to the sockets that can be cut while something is on its way, so that the server believes it arrived. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttableLine {
  /** Leads where the given address leads. */
  readonly url: string;
  /** Swallows the next bytes from the server that hold this text, and breaks the connection. Resolves when it has. */
  cutAt(text: string): Promise<void>;
  close(): void;
}

export const cuttableLine = async (target: string): Promise<CuttableLine> => {
  const { port, pathname } = new URL(target);
  const open = new Set<Socket>();
  let cut: { readonly text: string; readonly done: () => void } | undefined;
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    near.pipe(far);
    far.on('data', (bytes) => {
      // Frames from a server are not masked.
      if (!cut || !bytes.includes(cut.text)) return near.write(bytes);
      const { done } = cut;
      cut = undefined;
      end();
      return done();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    cutAt: (text) =>
      new Promise((done) => {
        cut = { text, done };
      }),
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
};
