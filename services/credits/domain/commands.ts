/** What can be asked of an account, and why it may say no. */
import type { DomainCommand } from '#shared/eventsourcing/decider.ts';
import type { GrantKind, ReleaseReason, RevocationReason, TopUpOutcome } from '../contracts.ts';
import type { TopUp } from './events.ts';
import type { Policy } from './policy.ts';

export interface OpenAccount extends DomainCommand {
  readonly type: 'OpenAccount';
  /** The app's gift to a new user; 0 for none. */
  readonly welcomeCredits: number;
}

export interface GrantCredits extends DomainCommand {
  readonly type: 'GrantCredits';
  /** The same id is granted once, for ever: a payment's id, a plan's period. */
  readonly grantId: string;
  readonly kind: Exclude<GrantKind, 'welcome'>;
  readonly credits: number;
  /** Epoch seconds. */
  readonly expiresAt?: number;
  /** When it differs from the kind's own. */
  readonly priority?: number;
  /** What the user had before the app moved here. */
  readonly imported?: true;
}

export interface HoldCredits extends DomainCommand {
  readonly type: 'HoldCredits';
  readonly holdId: string;
  readonly tool: string;
  /** 0 for a free run: it is held as well, so that limits, pro options, debt and closing count for it. */
  readonly credits: number;
  /** Epoch seconds, beyond the job's deadline. */
  readonly expiresAt: number;
  /** The run uses what only pro plans open. */
  readonly needsPro?: boolean;
  /** Its day is the one that the hold counts to. */
  readonly policy: Policy;
}

export interface SettleHold extends DomainCommand {
  readonly type: 'SettleHold';
  readonly holdId: string;
  readonly tool: string;
  /** What the job really cost: 0 to what was held. */
  readonly credits: number;
}

export interface ReleaseHold extends DomainCommand {
  readonly type: 'ReleaseHold';
  readonly holdId: string;
  readonly tool: string;
  readonly reason: ReleaseReason;
}

export interface CloseAccount extends DomainCommand {
  readonly type: 'CloseAccount';
  readonly reason: string;
}

/** Gives today's allowance, and this month's credits of the default plan, where they are due and were not given yet. */
export interface IssueDaily extends DomainCommand {
  readonly type: 'IssueDaily';
  readonly policy: Policy;
}

/** Gives a paid plan's credits for a period: the grant `plan-<periodId>`. What the periods before left above `maxRollover` expires. */
export interface GrantPlanCredits extends DomainCommand {
  readonly type: 'GrantPlanCredits';
  /** The same period is granted once, for ever. Not of the form 2026-11: those are the default plan's own. */
  readonly periodId: string;
  readonly plan: string;
  readonly credits: number;
  readonly maxRollover: number;
  /** Of periods that one source numbers: one below the newest granted is late, and nothing expires for it. From 1 on. */
  readonly order?: number;
}

export interface ChangePlan extends DomainCommand {
  readonly type: 'ChangePlan';
  readonly plan: string;
  readonly policy: Policy;
  /** Whoever may be told of the same change twice, with others in between, names it: then it is made once, for ever. */
  readonly changeId?: string;
  readonly reason?: string;
  /** Of changes that one source numbers: one that is not above the newest made is late, and does nothing. From 1 on. */
  readonly order?: number;
}

export interface AdjustCredits extends DomainCommand {
  readonly type: 'AdjustCredits';
  /** The same adjustment is made once, for ever. */
  readonly adjustmentId: string;
  /** Above zero: given. Below: taken. Never 0. */
  readonly credits: number;
  readonly reason: string;
  /** The completed job whose cost comes back by it. */
  readonly job?: { readonly id: string; readonly tool: string };
  readonly policy: Policy;
}

/** Takes a payment's credits back: from its own grant, then from any other; what is not there becomes debt. */
export interface RevokeGrant extends DomainCommand {
  readonly type: 'RevokeGrant';
  /** The refund or dispute. The same one takes once, for ever. */
  readonly revocationId: string;
  readonly grantId: string;
  readonly credits: number;
  readonly reason: RevocationReason;
}

/** Gives back what a revocation took, for example because the dispute was won. */
export interface ReinstateGrant extends DomainCommand {
  readonly type: 'ReinstateGrant';
  /** The same one gives back once, for ever. Absent: the revocation's id, for one that is taken back whole. */
  readonly reinstatementId?: string;
  readonly revocationId: string;
  readonly grantId: string;
  /** At most what the revocation took. */
  readonly credits: number;
  readonly kind: GrantKind;
  /** As the grant had it, epoch seconds. */
  readonly expiresAt?: number;
  readonly priority?: number;
}

/** Asks to be told when the balance falls below so many credits; null: not any more. */
export interface SetAlert extends DomainCommand {
  readonly type: 'SetAlert';
  readonly below: number | null;
}

/** Asks for a pack to be bought whenever the balance is below so many credits; null: not any more. */
export interface SetTopUp extends DomainCommand {
  readonly type: 'SetTopUp';
  readonly topUp: TopUp | null;
}

export interface EndTopUp extends DomainCommand {
  readonly type: 'EndTopUp';
  readonly topUpId: string;
  readonly outcome: TopUpOutcome;
}

export type AccountCommand =
  | OpenAccount
  | GrantCredits
  | HoldCredits
  | SettleHold
  | ReleaseHold
  | CloseAccount
  | IssueDaily
  | GrantPlanCredits
  | ChangePlan
  | AdjustCredits
  | RevokeGrant
  | ReinstateGrant
  | SetAlert
  | SetTopUp
  | EndTopUp;

export type AccountRejection =
  | 'account-unopened'
  | 'account-closed'
  | 'credits-insufficient'
  /** The plan allows no more to be held or spent today. */
  | 'daily-cap-reached'
  /** The run uses what only pro plans open, and the account's plan is none. */
  | 'plan-required'
  /** A refund or dispute took back more than was left. */
  | 'debt-outstanding'
  | 'plan-unknown'
  /** No such revocation, or it took less than is to be given back. */
  | 'revocation-unknown'
  /** The hold was made and has ended: whoever asks again must not run on it. */
  | 'hold-closed'
  /** The hold is open, for another number of credits. */
  | 'hold-differs'
  /** The plan allows no more to be held in an hour. */
  | 'rate-limited'
  /** The plan allows no more to be held at once. */
  | 'jobs-too-many'
  /** The account has as many open holds, or grants, as its item may carry. */
  | 'holds-too-many'
  | 'grants-too-many'
  /** Grants of this id come in another way: `welcome`, a day's allowance, a month's credits, an adjustment, a reinstatement. */
  | 'grant-id-reserved'
  | 'settlement-exceeds-hold'
  | 'hold-not-expired'
  | 'holds-open';
