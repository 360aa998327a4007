/**
 * Sends one page of a broadcast and asks for the next. Whoever comes to an end half-way has the page sent again: each user has one
 * notification of a broadcast, and a page is counted when it is done. Of two workers at one page the first to count it goes on.
 */
import { timedId } from '#shared/ids.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { Owner } from '#shared/owner.ts';
import type { Broadcast, BroadcastTable } from '../storage/broadcast-table.ts';
import { type Member, type MemberTable, wants } from '../storage/member-table.ts';
import type { NotificationFacts, NotificationTable } from '../storage/notification-table.ts';
import type { BroadcastMessage, SendBroadcast } from './message.ts';

/** Members looked at for one message: some seconds' work. */
export const membersPerPage = 250;
const atOnce = 25;

export interface SendPageDeps {
  readonly broadcasts: Pick<BroadcastTable, 'get' | 'advance'>;
  readonly members: Pick<MemberTable, 'find' | 'page'>;
  readonly notifications: Pick<NotificationTable, 'add'>;
  readonly wake: SendBroadcast;
  readonly logger: Pick<Logger, 'info'>;
  readonly now: () => Date;
  readonly pageSize?: number;
}

interface Page {
  readonly members: readonly Member[];
  /** Listed, but no members. */
  readonly unknown: number;
  readonly next: string | undefined;
}

/** Some at the same time, in the order given. */
const each = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (let next = 0; next < items.length; next += atOnce)
    results.push(...(await Promise.all(items.slice(next, next + atOnce).map(work))));
  return results;
};

/** Of a list only members are told, each once. Its cursor is a position in it. */
const pageOf = async (
  { app, audience, cursor }: Broadcast,
  members: SendPageDeps['members'],
  limit: number,
): Promise<Page> => {
  switch (audience.to) {
    case 'all':
      return { ...(await members.page(app, { limit, after: cursor })), unknown: 0 };
    case 'plan':
      return { ...(await members.page(app, { limit, after: cursor, plan: audience.plan })), unknown: 0 };
    case 'users': {
      const users = [...new Set(audience.users)];
      const end = Number(cursor ?? 0) + limit;
      const found = await each(users.slice(end - limit, end), (user) => members.find(app, user));
      const there = found.flatMap((member) => (member === undefined || member.left ? [] : [member]));
      const unknown = found.length - there.length;
      return { members: there, unknown, next: end < users.length ? String(end) : undefined };
    }
  }
};

/** The same for every try. */
export const factsOf = (broadcast: Broadcast, { user }: Owner, locale: string | null): NotificationFacts => {
  const { id, type, title_key, message_key, params, url, created_at, correlation_id } = broadcast;
  return {
    id: timedId('ntf', created_at, id, user),
    type,
    title_key,
    message_key,
    params,
    subject: null,
    url,
    created_at,
    correlation_id,
    locale,
  };
};

export const sendPage =
  ({ broadcasts, members, notifications, wake, logger, now, pageSize = membersPerPage }: SendPageDeps) =>
  async ({ app, broadcast: id }: BroadcastMessage): Promise<void> => {
    const broadcast = await broadcasts.get(app, id);
    if (broadcast?.status !== 'sending') return;
    const page = await pageOf(broadcast, members, pageSize);
    const wanting = page.members.filter((member) => wants(member, broadcast.type));
    await each(wanting, (member) => notifications.add(member, factsOf(broadcast, member, member.locale ?? null)));
    const counts = { sent: wanting.length, passedOver: page.members.length - wanting.length, unknown: page.unknown };
    const at = now().toISOString();
    const after = await broadcasts.advance(broadcast, { ...counts, next: page.next, at });
    logger.info('broadcast page', {
      app,
      broadcast: id,
      page: broadcast.page,
      ...counts,
      counted: after !== undefined,
    });
    // Last: who fails before finds the page done, or does it again, when the message comes again.
    if (after?.status === 'sending') await wake({ app, broadcast: id });
  };
