/** What apps import. */
export type * from './messages.ts';
export type {
  CursorStorage,
  Network,
  Realtime,
  RealtimeEvents,
  RealtimeOptions,
  RealtimeState,
  Socket,
  SocketClass,
  Subscribe,
  Timers,
} from './options.ts';
export { connectRealtime } from './realtime.ts';
