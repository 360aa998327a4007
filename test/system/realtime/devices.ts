/** Users' devices as the suites of real time play them: the SDK's client, and a bare socket that shows everything that is sent. */
import { expect } from '@jest/globals';
import { WebSocket } from 'ws';
import type {
  MessageOf,
  SocketControl,
  SocketMessage,
  SocketMessageType,
  SocketRequest,
} from '../../../sdk/realtime/messages.ts';
import type { Realtime, RealtimeOptions, RealtimeState, SocketClass } from '../../../sdk/realtime/options.ts';
import { connectRealtime } from '../../../sdk/realtime/realtime.ts';
import { type Queue, queue } from '../../../sdk/realtime/testing/queue.ts';
import type { Stack, User } from '../stack.ts';

export interface Device {
  readonly realtime: Realtime;
  readonly heard: readonly SocketMessage[];
  readonly states: Queue<RealtimeState>;
  readonly refetches: Queue<'refetch'>;
}

export interface BareSocket {
  /** Messages and answers, each time they came. */
  readonly said: readonly (SocketMessage | SocketControl)[];
  /** The code that it was closed with. */
  readonly closed: Promise<number>;
  ask(request: SocketRequest): void;
}

const opened: (() => void)[] = [];
export const closeDevices = (): void => {
  for (const close of opened.splice(0)) close();
};

export const until = async (states: Queue<RealtimeState>, wanted: RealtimeState): Promise<void> => {
  for (let seen = 0; seen < 20; seen += 1) if ((await states.next()) === wanted) return;
  throw new Error(`never ${wanted}`);
};

/** The SDK's client over the package ws, once it is open. It comes back at once after a drop. */
export const openDevice = async (
  stack: Stack,
  { token }: Pick<User, 'token'>,
  options: Partial<RealtimeOptions> = {},
): Promise<Device> => {
  const heard: SocketMessage[] = [];
  const states = queue<RealtimeState>();
  const refetches = queue<'refetch'>();
  const realtime = connectRealtime({
    url: stack.account.webSocketUrl(),
    token: () => token,
    WebSocket: WebSocket satisfies SocketClass,
    onMessage: (message) => heard.push(message),
    onState: (state) => states.push(state),
    onRefetch: () => refetches.push('refetch'),
    random: () => 0,
    ...options,
  });
  opened.push(() => realtime.close());
  await until(states, 'open');
  return { realtime, heard, states, refetches };
};

/** Rejects with the status of a handshake that is refused. */
export const openSocket = ({ account }: Stack, protocols: readonly string[]): Promise<BareSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(account.webSocketUrl(), [...protocols]);
    opened.push(() => socket.terminate());
    const said: (SocketMessage | SocketControl)[] = [];
    const closed = new Promise<number>((end) => socket.on('close', end));
    socket.on('error', reject);
    socket.on('message', (text) => said.push(JSON.parse(String(text))));
    socket.on('open', () => resolve({ said, closed, ask: (request) => socket.send(JSON.stringify(request)) }));
  });
export const protocolsOf = ({ token }: Pick<User, 'token'>): string[] => ['tessera.v1', `bearer.${token}`];

export const messagesOf = <Type extends SocketMessageType>(
  { heard }: Pick<Device, 'heard'>,
  type: Type,
): readonly MessageOf<Type>[] =>
  heard.filter((message): message is MessageOf<Type> & SocketMessage => message.type === type);
export const dataOf = <Type extends SocketMessageType>(device: Pick<Device, 'heard'>, type: Type) =>
  messagesOf(device, type).map(({ data }) => data);
/** Names of notifications, as `low_balance`. */
export const namesOf = (notifications: readonly { readonly title_key: string }[]): string[] =>
  notifications.map(({ title_key }) => title_key.replace(/^notifications\.|\.title$/g, ''));

/** Each thing's versions rise: nothing twice, nothing late. */
export const expectAscending = ({ heard }: Pick<Device, 'heard'>): void => {
  const versions = Map.groupBy(heard, ({ key }) => key);
  for (const [key, messages] of versions) {
    const told = messages.map(({ version }) => version);
    expect([key, told]).toEqual([key, [...new Set(told)].toSorted((a, b) => a - b)]);
  }
};

/** With an account, and all that follows from that is done. */
export const newUser = async (stack: Stack, app: User['app']): Promise<User> => {
  const user = await stack.signUp(app);
  expect((await user.api.get('/v1/credits')).status).toBe(200);
  return user;
};
export const newAdmin = async (stack: Stack, app: User['app']): Promise<User> => {
  const user = await newUser(stack, app);
  await stack.makeAdmin(user);
  return user;
};

/** One event, which says a new balance. */
export const adjust = async (stack: Stack, admin: User, user: User, credits: number): Promise<void> => {
  const { status } = await admin.api.post(
    `/v1/admin/accounts/${user.id}/adjustments`,
    { credits, reason: 'a test' },
    { 'idempotency-key': crypto.randomUUID() },
  );
  expect(status).toBe(200);
  await stack.account.drain();
};

export interface Inbox {
  readonly id: string;
  readonly type: string;
  readonly title_key: string;
  readonly read: boolean;
}
export const inboxOf = async ({ api }: Pick<User, 'api'>, query = ''): Promise<readonly Inbox[]> =>
  (await api.get<{ data: Inbox[] }>(`/v1/notifications${query}`)).body.data;

/** How often a function called each operation since the calls were cleared, but for the catalog's. */
export const callsOf = ({ account }: Stack, name: string): Record<string, number> => {
  const calls = account.calls
    .of({ caller: account.functionName(`notifications/${name}`) })
    .filter(({ service }) => service !== 'lambda');
  return Object.fromEntries(
    [...Map.groupBy(calls, ({ operation }) => operation)].map(([operation, all]) => [operation, all.length]),
  );
};
