/** A check of a set-up: what was found, and how to mend what is not as it should be. */

/** What an operator does about it: a sentence, and commands to copy. */
export interface Remedy {
  readonly say: string;
  readonly run?: readonly string[];
}

export type Finding =
  | { readonly status: 'ok'; readonly detail: string }
  /** It runs, and less well than it could. */
  | { readonly status: 'warning'; readonly detail: string; readonly remedy: Remedy }
  | { readonly status: 'failed'; readonly detail: string; readonly remedy: Remedy }
  | { readonly status: 'skipped'; readonly why: string };

export interface Check {
  /** As in `secret tessera/billing/sparky`. */
  readonly name: string;
  readonly look: () => Promise<Finding>;
}

export type Checked = Finding & { readonly name: string };

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skipped = (why: string): Finding => ({ status: 'skipped', why });
export const warning = (detail: string, say: string, ...run: readonly string[]): Finding => ({
  status: 'warning',
  detail,
  remedy: run.length > 0 ? { say, run } : { say },
});
export const failed = (detail: string, say: string, ...run: readonly string[]): Finding => ({
  status: 'failed',
  detail,
  remedy: run.length > 0 ? { say, run } : { say },
});

/** Of a check that cannot be made, and is no less wanted for that. */
export const skippedCheck = (name: string, why: string): Check => ({ name, look: async () => skipped(why) });

/** Longer than any check's own limits: a check that hangs ends. */
const maxMs = 30_000;

const timedOut = (): Finding =>
  failed(
    `no answer in ${maxMs / 1_000} s`,
    'Is the network there, and may this machine reach it? Then again: npm run doctor',
  );

/** An error's name and message; the SDK's say what was refused, and never a secret. */
export const wordingOf = (error: unknown): string => {
  const { name = 'Error', message = String(error) } = Object(error) as Partial<Error>;
  return `${name}: ${message}`.slice(0, 300);
};

/** One after the other, for people read along; a check that throws has failed. */
export const runChecks = async (
  checks: readonly Check[],
  onChecked: (checked: Checked) => void,
): Promise<readonly Checked[]> => {
  const all: Checked[] = [];
  for (const { name, look } of checks) {
    const timer = new AbortController();
    const limit = new Promise<Finding>((resolve) => {
      const ending = setTimeout(() => resolve(timedOut()), maxMs);
      timer.signal.addEventListener('abort', () => clearTimeout(ending));
    });
    const finding = await Promise.race([
      look().catch((error: unknown) => failed(wordingOf(error), 'This was not expected. Then again: npm run doctor')),
      limit,
    ]);
    timer.abort();
    const checked = { name, ...finding };
    all.push(checked);
    onChecked(checked);
  }
  return all;
};
