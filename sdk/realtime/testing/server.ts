/** A socket server by hand: it speaks the protocol, and fails the way a test says. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket as Tcp } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SocketControl, SocketMessage, SocketRequest } from '../messages.ts';
import { type Queue, queue } from './queue.ts';

export interface Peer {
  /** Of its subprotocol. */
  readonly token: string;
  readonly requests: Queue<SocketRequest>;
  readonly closed: Promise<number>;
  say(...said: (SocketMessage | SocketControl | string)[]): void;
  /** Without a word, as a network that is gone. */
  drop(): void;
  close(code: number): void;
}
/** What it says to a request; nothing at all is possible. */
export type Answer = (request: SocketRequest, peer: Peer) => readonly (SocketMessage | SocketControl)[];

export interface SocketServer {
  readonly url: string;
  readonly peers: Queue<Peer>;
  /** Of each handshake, also of one that fails. */
  readonly tokens: Queue<string>;
  /** A status refuses; `stalls` never answers. */
  handshake: 'opens' | 'stalls' | number;
  answer: Answer;
  stop(): Promise<void>;
}

/** A good answer to a request. */
export const answerTo = (
  { action }: SocketRequest,
  cursor = 'now',
  expires_at = '2026-11-21T11:00:00.000Z',
): SocketControl => {
  switch (action) {
    case 'ping':
      return { type: 'pong', cursor };
    case 'hello':
      return { type: 'ready', cursor, expires_at };
    case 'resume':
      return { type: 'resumed', cursor, expires_at };
  }
};

const peerOf = (server: SocketServer, socket: WebSocket, token: string): Peer => {
  const requests = queue<SocketRequest>();
  const peer: Peer = {
    token,
    requests,
    closed: new Promise((ended) => void socket.on('close', ended)),
    say: (...said) => {
      for (const one of said) socket.send(typeof one === 'string' ? one : JSON.stringify(one));
    },
    drop: () => socket.terminate(),
    close: (code) => socket.close(code),
  };
  socket.on('message', (data) => {
    const request = JSON.parse(String(data)) as SocketRequest;
    peer.say(...server.answer(request, peer));
    requests.push(request);
  });
  return peer;
};

export const startServer = async (): Promise<SocketServer> => {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'tessera.v1' });
  const stalled = new Set<Tcp>();
  await new Promise<void>((listening) => void http.listen(0, '127.0.0.1', listening));
  const server: SocketServer = {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    peers: queue(),
    tokens: queue(),
    handshake: 'opens',
    answer: (request) => [answerTo(request)],
    async stop() {
      for (const socket of stalled) socket.destroy();
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await new Promise((stopped) => void http.close(stopped));
    },
  };
  http.on('upgrade', (request, socket: Tcp, head) => {
    const [protocol = '', bearer = ''] = (request.headers['sec-websocket-protocol'] ?? '').split(/, ?/);
    const token = bearer.replace(/^bearer\./, '');
    const { handshake } = server;
    if (handshake === 'stalls') stalled.add(socket);
    else if (handshake !== 'opens' || protocol !== 'tessera.v1')
      socket.end(`HTTP/1.1 ${handshake} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    else
      sockets.handleUpgrade(request, socket, head, (opened) => void server.peers.push(peerOf(server, opened, token)));
    server.tokens.push(token);
  });
  return server;
};
