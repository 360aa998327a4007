/** Inboxes, members and broadcasts in memory, for tests of what stands on them; the tables keep the contract of the real ones. */
import { firstIdAt } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { keptMs } from '../domain/notification.ts';
import type { Broadcast, BroadcastTable, Made } from '../storage/broadcast-table.ts';
import type { Member, MemberTable } from '../storage/member-table.ts';
import { maxCounted, type NotificationTable, type StoredNotification } from '../storage/notification-table.ts';

export const memoryNotifications = (now: () => Date = () => new Date()): NotificationTable => {
  /** `removed`: what is left of it. */
  const kept = new Map<string, { readonly owner: string; readonly item: StoredNotification | 'removed' }>();
  const marks = new Set<string>();
  const keyOf = (owner: Owner, id: string) => `${ownerKey(owner)}#${id}`;
  const living = (owner: Owner): StoredNotification[] => {
    const oldest = firstIdAt('ntf', new Date(now().getTime() - keptMs).toISOString());
    return [...kept.values()]
      .flatMap(({ owner: of, item }) => (of === ownerKey(owner) && item !== 'removed' ? [item] : []))
      .filter(({ id }) => id > oldest)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  };
  const find = (owner: Owner, id: string) => living(owner).find((item) => item.id === id);
  const put = (owner: Owner, id: string, item: StoredNotification | 'removed') =>
    kept.set(keyOf(owner, id), { owner: ownerKey(owner), item });
  const markRead = (owner: Owner, found: StoredNotification): StoredNotification => {
    const item = { ...found, read: true };
    put(owner, item.id, item);
    return item;
  };
  return {
    async add(owner, facts, once) {
      const mark = `${ownerKey(owner)}#${once}`;
      if (kept.has(keyOf(owner, facts.id)) || (once !== undefined && marks.has(mark))) return false;
      put(owner, facts.id, { ...facts, owner: ownerKey(owner), read: false });
      if (once !== undefined) marks.add(mark);
      return true;
    },
    async list(owner, { limit, before, unread }) {
      const items = living(owner).filter(({ id, read }) => (!before || id < before) && !(unread && read));
      return { items: items.slice(0, limit), next: items.length > limit ? items[limit - 1]?.id : undefined };
    },
    countUnread: async (owner) => Math.min(maxCounted, living(owner).filter(({ read }) => !read).length),
    async read(owner, id) {
      const found = find(owner, id);
      return found && markRead(owner, found);
    },
    async readAll(owner, limit) {
      const unread = living(owner).filter(({ read }) => !read);
      for (const found of unread.slice(0, limit)) markRead(owner, found);
      return { marked: Math.min(limit, unread.length), more: unread.length > limit };
    },
    async remove(owner, id) {
      const found = find(owner, id);
      if (found) put(owner, id, 'removed');
      return found !== undefined;
    },
    async removePage(owner) {
      const page = [...kept].filter(([, { owner: of }]) => of === ownerKey(owner)).slice(0, 100);
      for (const [key] of page) kept.delete(key);
      for (const mark of [...marks]) if (mark.startsWith(`${ownerKey(owner)}#`)) marks.delete(mark);
      return page.length > 0;
    },
  };
};

export const memoryMembers = (): MemberTable => {
  const kept = new Map<string, { readonly member: Member; readonly versions: Readonly<Record<string, number>> }>();
  const keep = (told: Member, by: string, version: number) => {
    const key = ownerKey(told);
    const { member, versions = {} } = kept.get(key) ?? {};
    if (member?.left || (versions[by] ?? -1) >= version) return;
    kept.set(key, { member: { ...member, ...told }, versions: { ...versions, [by]: version } });
  };
  return {
    find: async (app, user) => kept.get(ownerKey({ app, user }))?.member,
    keepPreferences: async (told, version) => keep(told, 'preferences', version),
    keepPlan: async (told, version) => keep(told, 'plan', version),
    remove: async (app, user) => {
      kept.set(ownerKey({ app, user }), { member: { app, user, left: true }, versions: {} });
    },
    async page(app, { limit, after, plan }) {
      const all = [...kept.values()]
        .map(({ member }) => member)
        .filter((member) => member.app === app && (!after || member.user > after))
        .sort((a, b) => (a.user < b.user ? -1 : 1));
      const members = all.slice(0, limit).filter((one) => !one.left && (plan === undefined || one.plan === plan));
      return { members, next: all.length > limit ? all[limit - 1]?.user : undefined };
    },
  };
};

export const memoryBroadcasts = (): BroadcastTable => {
  const kept = new Map<string, Broadcast>();
  const keys = new Map<string, Made>();
  const of = (app: string, id: string) => [kept.get(id)].find((one) => one?.app === app);
  const put = (one: Broadcast): Broadcast => {
    kept.set(one.id, one);
    return one;
  };
  return {
    madeBy: async (app, key) => keys.get(`${app}#${key}`),
    async create(one, { key, fingerprint }) {
      const made = keys.get(`${one.app}#${key}`);
      if (made) return made;
      keys.set(`${one.app}#${key}`, { fingerprint, broadcast: one.id });
      put(one);
      return 'created';
    },
    get: async (app, id) => of(app, id),
    async list(app, { limit, before }) {
      const all = [...kept.values()]
        .filter((one) => one.app === app && (!before || one.id < before))
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      return { broadcasts: all.slice(0, limit), next: all.length > limit ? all[limit - 1]?.id : undefined };
    },
    async advance(seen, { sent, passedOver, unknown, next, at }) {
      const one = of(seen.app, seen.id);
      if (one?.page !== seen.page || one.status === 'sent') return undefined;
      const sums = { sent: one.sent + sent, passed_over: one.passed_over + passedOver, unknown: one.unknown + unknown };
      const counts = { page: one.page + 1, ...sums };
      if (one.status === 'stopped') return put({ ...one, ...counts });
      if (next !== undefined) return put({ ...one, ...counts, cursor: next });
      const { cursor: _done, ...rest } = one;
      return put({ ...rest, ...counts, status: 'sent', finished_at: at });
    },
    async stop(app, id, at) {
      const one = of(app, id);
      return one?.status === 'sending' ? put({ ...one, status: 'stopped', finished_at: at }) : undefined;
    },
  };
};
