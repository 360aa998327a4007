/** What handlers stand on in unit tests: an event store in memory, two apps, and a logger that keeps its lines. */

import { definitions } from '#apps';
import type { Catalog } from '#services/catalog/contracts.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { accountHandler } from '../handle-account.ts';
import { grantCredits } from './commands.ts';

/** Of the first real app, with welcome credits of the test's own. */
export const catalogWith = (welcomeCredits: number): Catalog => ({
  app: async (id) => {
    const [definition] = definitions;
    return id === 'sparky' && definition ? { ...definition, id, welcome_credits: welcomeCredits } : undefined;
  },
});

export const owner = { app: 'sparky', user: 'user-1' };
export const stream = 'sparky#user-1';
export const meta = { actor: 'system:test', correlationId: 'request-0' };

export const newAccounts = () => {
  const store = memoryEventStore<Account, AccountEvent>();
  const handle = accountHandler(store);
  return {
    store,
    handle,
    /** Events of the one account that tests use, without what surrounds them. */
    events: async () => (await store.read(stream, { limit: 1_000 })).map(({ event }) => event),
    /** An open account with so many bought credits. */
    openWith: async (credits: number) => {
      await handle(stream, { type: 'OpenAccount', at: grantCredits('x', 1).at, welcomeCredits: 0 }, meta);
      await handle(stream, grantCredits('pay_1', credits), meta);
    },
  };
};

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export const keptLog = () => {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (message: unknown) => {
    lines.push({ level, message: String(message) });
  };
  const logger = { info: keep('info'), warn: keep('warn'), error: keep('error'), appendKeys: () => undefined };
  return { lines, logger: logger as unknown as Logger };
};
