/** How many of a payment's credits are to be taken back for what went back of its money. */

/** Which part of the money is not there any more. */
export interface WentBack {
  readonly refundedMinor: number;
  /** By disputes that are open or lost. */
  readonly disputedMinor: number;
}

/**
 * The same part of the credits as of the money, rounded down: so all of them when all of it went back, and the takings for several
 * refunds, each the difference of before and after, sum up exactly.
 *
 * Counted in BigInt: two million credits times ten million pounds is beyond what a number holds exactly.
 */
export const clawedBackOf = (
  { credits, amountMinor }: { readonly credits: number; readonly amountMinor: number },
  { refundedMinor, disputedMinor }: WentBack,
): number => {
  const gone = Math.min(amountMinor, refundedMinor + disputedMinor);
  return gone <= 0 ? 0 : Number((BigInt(credits) * BigInt(gone)) / BigInt(amountMinor));
};
