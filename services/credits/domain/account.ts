/** An account's credits. A hold sets credits aside for a job; settling it spends some and frees the rest; releasing it frees all. */
import { accept, type Decider, type Decision, reject } from '#shared/eventsourcing/decider.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { splitHold, takeFromGrants } from './burn-order.ts';
import type {
  AccountCommand,
  AccountRejection,
  GrantCredits,
  HoldCredits,
  OpenAccount,
  ReleaseHold,
  SettleHold,
} from './commands.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import {
  type Account,
  epochSeconds,
  expiredRows,
  holdStatus,
  type Ledger,
  openHold,
  total,
  unopened,
  usableGrants,
} from './state.ts';

/** The stream of an owner's account. */
export const accountStream = (owner: Owner): string => ownerKey(owner);

/** The grant that opening gives. */
export const welcomeGrantId = 'welcome';

/** An item holds 400 KB; these bounds keep an account's state below a third of that. */
const maxOpenHolds = 500;
const maxGrants = 1_000;

type AccountDecision = Decision<AccountEvent, AccountRejection>;

/** What has expired by now, as an event. */
const expiryDue = (account: Account, now: number): AccountEvent[] => {
  if (account.status === 'unopened') return [];
  const rows = expiredRows(account, now);
  return total(rows) > 0 ? [{ type: 'GrantsExpired', rows }] : [];
};

/**
 * Tells what has expired before the command's own events, so that they never spend it, and after them: a hold may have
 * given credits back to a grant that expired meanwhile. A command that changes nothing tells nothing.
 */
const withExpiry = (ledger: Ledger, now: number, decide: (current: Ledger) => AccountDecision): AccountDecision => {
  const before = expiryDue(ledger, now);
  const current = before.reduce(evolve, ledger as Account);
  const decision = decide(current as Ledger);
  if (!decision.accepted || decision.events.length === 0) return decision;
  const after = expiryDue(decision.events.reduce(evolve, current), now);
  return accept(...before, ...decision.events, ...after);
};

const open = ({ welcomeCredits, at }: OpenAccount, account: Account): AccountDecision => {
  if (account.status !== 'unopened') return accept();
  const opened: AccountEvent = { type: 'AccountOpened' };
  if (welcomeCredits === 0) return accept(opened);
  return accept<AccountEvent>(opened, {
    type: 'CreditsGranted',
    grantId: welcomeGrantId,
    kind: 'welcome',
    credits: welcomeCredits,
    grantedAt: epochSeconds(at),
  });
};

const grant = (command: GrantCredits, { status, grants }: Ledger): AccountDecision => {
  const { grantId, kind, credits, expiresAt, priority, at } = command;
  if (grantId === welcomeGrantId) return reject('grant-id-reserved');
  if (Object.hasOwn(grants, grantId)) return accept();
  if (status === 'closed') return reject('account-closed');
  if (Object.keys(grants).length >= maxGrants) return reject('grants-too-many');
  return accept<AccountEvent>({
    type: 'CreditsGranted',
    grantId,
    kind,
    credits,
    grantedAt: epochSeconds(at),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(priority === undefined ? {} : { priority }),
  });
};

const hold = ({ holdId, tool, credits, expiresAt, day, at }: HoldCredits, ledger: Ledger): AccountDecision => {
  const status = holdStatus(ledger, holdId);
  if (status === 'closed') return reject('hold-closed');
  if (status === 'open') return total(openHold(ledger, holdId)?.rows) === credits ? accept() : reject('hold-differs');
  if (ledger.status === 'closed') return reject('account-closed');
  const rows = takeFromGrants(usableGrants(ledger, epochSeconds(at)), credits);
  if (!rows) return reject('credits-insufficient');
  if (Object.keys(ledger.holds).length >= maxOpenHolds) return reject('holds-too-many');
  return accept<AccountEvent>({ type: 'CreditsHeld', holdId, tool, rows, expiresAt, day });
};

const settle = ({ holdId, tool, credits }: SettleHold, ledger: Ledger): AccountDecision => {
  const open = openHold(ledger, holdId);
  if (!open) return accept();
  const split = splitHold(open.rows, ledger.grants, credits);
  if (!split) return reject('settlement-exceeds-hold');
  const { spent, returned } = split;
  return accept<AccountEvent>({
    type: 'HoldSettled',
    holdId,
    tool,
    spent,
    ...(total(returned) > 0 ? { returned } : {}),
  });
};

const release = ({ holdId, tool, reason, at }: ReleaseHold, ledger: Ledger): AccountDecision => {
  const open = openHold(ledger, holdId);
  if (!open) return accept();
  if (reason === 'expired' && open.until > epochSeconds(at)) return reject('hold-not-expired');
  return accept<AccountEvent>({ type: 'HoldReleased', holdId, tool, reason, returned: open.rows });
};

const close = (now: number, ledger: Ledger): AccountDecision => {
  if (ledger.status === 'closed') return accept();
  if (Object.keys(ledger.holds).length > 0) return reject('holds-open');
  const forfeited = Object.fromEntries(usableGrants(ledger, now).map(([id, { left }]) => [id, left]));
  return accept<AccountEvent>({ type: 'AccountClosed', ...(total(forfeited) > 0 ? { forfeited } : {}) });
};

const decide = (command: AccountCommand, account: Account): AccountDecision => {
  if (command.type === 'OpenAccount') return open(command, account);
  const endsHold = command.type === 'SettleHold' || command.type === 'ReleaseHold';
  // No account, no hold: the same answer as for any hold that is not known.
  if (account.status === 'unopened') return endsHold ? accept() : reject('account-unopened');
  const now = epochSeconds(command.at);
  return withExpiry(account, now, (current) => {
    switch (command.type) {
      case 'GrantCredits':
        return grant(command, current);
      case 'HoldCredits':
        return hold(command, current);
      case 'SettleHold':
        return settle(command, current);
      case 'ReleaseHold':
        return release(command, current);
      case 'CloseAccount':
        return close(now, current);
    }
  });
};

export const account: Decider<Account, AccountCommand, AccountEvent, AccountRejection> = {
  initialState: unopened,
  decide,
  evolve,
};

/** Openings and grants are done once for ever; holds are known by their id for as long as it matters. */
export const accountAggregate = {
  decider: account,
  uniqueKey: (command: AccountCommand): string | undefined => {
    if (command.type === 'OpenAccount') return 'open';
    return command.type === 'GrantCredits' ? `grant:${command.grantId}` : undefined;
  },
};
