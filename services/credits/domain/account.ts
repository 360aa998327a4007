/** An account's credits. A hold sets credits aside for a job; settling it spends some and frees the rest; releasing it frees all. */
import { accept, type Decider, reject } from '#shared/eventsourcing/decider.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { setAlert } from './alert.ts';
import { aroundCommand } from './around-command.ts';
import { reinstate, revoke } from './clawback.ts';
import type { AccountCommand, AccountRejection, CloseAccount, OpenAccount } from './commands.ts';
import type { AccountDecision } from './decision.ts';
import { type AccountEvent, parseAccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { adjust, grant, open } from './grants.ts';
import { hold, release, settle } from './holds.ts';
import { allowanceDue, changePlan, grantPlanCredits } from './plans.ts';
import { type Account, epochSeconds, type Ledger, total, unopened, usableGrants } from './state.ts';
import { endTopUp, setTopUp } from './top-up.ts';

export { preview } from './around-command.ts';

/** The stream of an owner's account. */
export const accountStream = (owner: Owner): string => ownerKey(owner);

const close = ({ reason, at }: CloseAccount, ledger: Ledger): AccountDecision => {
  if (ledger.status === 'closed') return accept();
  if (Object.keys(ledger.holds).length > 0) return reject('holds-open');
  const forfeited = Object.fromEntries(usableGrants(ledger, epochSeconds(at)).map(([id, { left }]) => [id, left]));
  return accept<AccountEvent>({ type: 'AccountClosed', ...(total(forfeited) > 0 ? { forfeited } : {}), reason });
};

const decideOpened = (command: Exclude<AccountCommand, OpenAccount>, ledger: Ledger): AccountDecision => {
  switch (command.type) {
    case 'GrantCredits':
      return grant(command, ledger);
    case 'GrantPlanCredits':
      return grantPlanCredits(command, ledger);
    case 'IssueDaily':
      return accept(...allowanceDue(ledger, command.policy, epochSeconds(command.at)));
    case 'HoldCredits':
      return hold(command, ledger);
    case 'SettleHold':
      return settle(command, ledger);
    case 'ReleaseHold':
      return release(command, ledger);
    case 'AdjustCredits':
      return adjust(command, ledger);
    case 'RevokeGrant':
      return revoke(command, ledger);
    case 'ReinstateGrant':
      return reinstate(command, ledger);
    case 'ChangePlan':
      return changePlan(command, ledger);
    case 'SetAlert':
      return setAlert(command, ledger);
    case 'SetTopUp':
      return setTopUp(command, ledger);
    case 'EndTopUp':
      return endTopUp(command, ledger);
    case 'CloseAccount':
      return close(command, ledger);
  }
};

const decide = (command: AccountCommand, account: Account): AccountDecision => {
  if (command.type === 'OpenAccount') return open(command, account);
  const endsHold = command.type === 'SettleHold' || command.type === 'ReleaseHold';
  // No account, no hold: the same answer as for any hold that is not known.
  if (account.status === 'unopened') return endsHold ? accept() : reject('account-unopened');
  return aroundCommand(command, account, (ledger) => decideOpened(command, ledger));
};

export const account: Decider<Account, AccountCommand, AccountEvent, AccountRejection> = {
  initialState: unopened,
  decide,
  evolve,
};

/** What is done once for ever, by its marker. Holds are known by their id for as long as it matters. */
const uniqueKey = (command: AccountCommand): string | undefined => {
  switch (command.type) {
    case 'OpenAccount':
      return 'open';
    case 'GrantCredits':
      return `grant:${command.grantId}`;
    case 'GrantPlanCredits':
      return `grant:plan-${command.periodId}`;
    case 'AdjustCredits':
      return `adjust:${command.adjustmentId}`;
    case 'RevokeGrant':
      return `revoke:${command.revocationId}`;
    case 'ReinstateGrant':
      return `reinstate:${command.reinstatementId ?? command.revocationId}`;
    case 'ChangePlan':
      return command.changeId === undefined ? undefined : `plan:${command.changeId}`;
    case 'HoldCredits':
    case 'SettleHold':
    case 'ReleaseHold':
    case 'IssueDaily':
    case 'SetAlert':
    case 'SetTopUp':
    case 'EndTopUp':
    case 'CloseAccount':
      return undefined;
  }
};

export const accountAggregate = { decider: account, uniqueKey, validate: parseAccountEvent };
