/** What a client hears over its socket and what it may say. The same as the server's contracts; a test compares the two. */

export type GenerationStatus = 'pending' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'removed';
export type SubscriptionStatus =
  | 'none'
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'paused'
  | 'canceled';
export type NotificationType = 'offer' | 'feature' | 'general' | 'generation' | 'credits' | 'payment';

/** What can be spent now. */
export interface CreditsBalance {
  readonly available: number;
}

/** Null is what this change does not tell: keep what you know. */
export interface GenerationUpdated {
  readonly id: string;
  readonly tool: string;
  readonly status: GenerationStatus;
  /** 0 to 100. */
  readonly progress: number;
  readonly cost_credits: number | null;
  readonly title: string | null;
  readonly favourite: boolean | null;
  /** Without URLs: `GET /v1/generations/{id}` gives them. */
  readonly outputs: readonly { readonly kind: string; readonly content_type: string; readonly bytes: number }[];
  readonly error: { readonly reason: string; readonly message: string } | null;
}

export interface Notification {
  readonly id: `ntf_${string}`;
  readonly type: NotificationType;
  /** Keys of the app's texts, whose placeholders `params` fills. */
  readonly title_key: string;
  readonly message_key: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** What it is about: `generation`, `payment`, `subscription` (its id is `current`); null: nothing that can be opened. */
  readonly subject: { readonly kind: string; readonly id: string } | null;
  /** Where the user goes on, as when a bank wants them to confirm. */
  readonly url: string | null;
  readonly read: boolean;
  readonly created_at: string;
}

/** A notification as it stands now that it was read; or the id of one that was removed. Perhaps the first that is heard of it. */
export type NotificationUpdated =
  | (Notification & { readonly removed: false })
  | { readonly id: Notification['id']; readonly removed: true };

export interface CatalogChanged {
  /** As in `tools/photo-filter` or `plans/pro`. */
  readonly changed: readonly string[];
  /** There is more than `changed` lists. */
  readonly truncated: boolean;
}

export interface SubscriptionUpdated {
  readonly status: SubscriptionStatus;
  /** What the user is entitled to; null: the default plan. */
  readonly plan: string | null;
  readonly cancel_at_period_end: boolean;
  readonly current_period_end: string | null;
  readonly grace_until: string | null;
}

export interface SocketData {
  'credits.balance': CreditsBalance;
  'generation.updated': GenerationUpdated;
  'notification.created': Notification;
  'notification.updated': NotificationUpdated;
  'catalog.changed': CatalogChanged;
  'subscription.updated': SubscriptionUpdated;
}
export type SocketMessageType = keyof SocketData;

/** One thing is one `key`; of its messages the one with the highest `version` is the newest. */
export interface MessageOf<Type extends SocketMessageType> {
  readonly type: Type;
  /** The event's id: the same however often it is sent. */
  readonly id: string;
  readonly key: string;
  readonly version: number;
  /** ISO-8601: when it happened. */
  readonly at: string;
  /** Where to resume. Opaque. */
  readonly cursor: string;
  readonly data: SocketData[Type];
}
export type SocketMessage = { [Type in SocketMessageType]: MessageOf<Type> }[SocketMessageType];

/** `ready` answers `hello`; `resumed` or `refetch` answers `resume`; `pong` answers `ping`. `replaced`: the user has too many sockets. `expires_at`: when the token ends. */
export type SocketControl =
  | { readonly type: 'ready'; readonly cursor: string; readonly expires_at: string }
  | { readonly type: 'resumed'; readonly cursor: string; readonly expires_at: string }
  | { readonly type: 'refetch'; readonly cursor: string; readonly expires_at: string }
  | { readonly type: 'pong'; readonly cursor: string }
  | { readonly type: 'replaced' }
  | { readonly type: 'error'; readonly detail: string };

export type SocketRequest =
  | { readonly action: 'ping' }
  | { readonly action: 'hello' }
  | { readonly action: 'resume'; readonly since: string };

export const socketProtocol = 'tessera.v1';
/** The token is a second subprotocol: browsers can send no header with a socket, and URLs are logged. */
export const tokenProtocolPrefix = 'bearer.';

type Shape = Readonly<Record<string, unknown>>;
const isText = (value: unknown): value is string => typeof value === 'string';
const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null;

const messageTypes: Readonly<Record<SocketMessageType, true>> = {
  'credits.balance': true,
  'generation.updated': true,
  'notification.created': true,
  'notification.updated': true,
  'catalog.changed': true,
  'subscription.updated': true,
};
export const isSocketMessage = (said: SocketMessage | SocketControl): said is SocketMessage =>
  Object.hasOwn(messageTypes, said.type);

const isMessageShape = ({ key, version, cursor, data }: Shape): boolean =>
  isText(key) && Number.isSafeInteger(version) && isText(cursor) && isShape(data);
const isControlShape = ({ type, cursor, expires_at, detail }: Shape): boolean => {
  if (type === 'ready' || type === 'resumed' || type === 'refetch') return isText(cursor) && isText(expires_at);
  return type === 'replaced' || (type === 'pong' && isText(cursor)) || (type === 'error' && isText(detail));
};

/** Undefined for what this version does not know: a later server may say more. The server is trusted with the fields of `data`. */
export const parseSaid = (frame: unknown): SocketMessage | SocketControl | undefined => {
  if (!isText(frame)) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(frame);
  } catch {
    return undefined;
  }
  if (!isShape(said) || !isText(said.type)) return undefined;
  const known = Object.hasOwn(messageTypes, said.type) ? isMessageShape(said) : isControlShape(said);
  return known ? (said as unknown as SocketMessage | SocketControl) : undefined;
};
