/** A credit ledger as the benchmarks see it, so that every implementation answers the same questions. */
export interface BenchLedger {
  readonly name: string;
  /** Gives an account a history of so many events, generations mostly, all ended. */
  seed(account: string, length: number): Promise<void>;
  load(account: string): Promise<{ readonly version: number; readonly available: number }>;
  /** Sets one credit aside for a job, found again by its number. */
  hold(account: string, number: number): Promise<void>;
  /** The job is done: the credit is spent. */
  settle(account: string, number: number): Promise<void>;
}

/** What an account begins with. */
export const startCredits = 1_000_000;
