/** What can be asked of an account, and why it may say no. */
import type { DomainCommand } from '#shared/eventsourcing/decider.ts';
import type { GrantKind, ReleaseReason } from '../contracts.ts';

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
}

export interface HoldCredits extends DomainCommand {
  readonly type: 'HoldCredits';
  readonly holdId: string;
  readonly tool: string;
  readonly credits: number;
  /** Epoch seconds, beyond the job's deadline. */
  readonly expiresAt: number;
  /** Today in the app's zone, as in 20261105. */
  readonly day: number;
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
}

export type AccountCommand = OpenAccount | GrantCredits | HoldCredits | SettleHold | ReleaseHold | CloseAccount;

export type AccountRejection =
  | 'account-unopened'
  | 'account-closed'
  | 'credits-insufficient'
  /** The hold was made and has ended: whoever asks again must not run on it. */
  | 'hold-closed'
  /** The hold is open, for another number of credits. */
  | 'hold-differs'
  /** The account has as many open holds, or grants, as its item may carry. */
  | 'holds-too-many'
  | 'grants-too-many'
  /** Only opening gives the grant `welcome`. */
  | 'grant-id-reserved'
  | 'settlement-exceeds-hold'
  | 'hold-not-expired'
  | 'holds-open';
