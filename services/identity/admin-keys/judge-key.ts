/** From an X-Admin-Key header to a verdict. */
import type { Verdict } from '#shared/http/verdict.ts';
import { lastGood } from '#shared/last-good.ts';
import { wholeDeployment } from '#shared/owner.ts';
import { adminKeyHashes, isAdminKey, readAdminKey } from './admin-key.ts';

export interface KeyJudgeOptions {
  /** The text of the secret with the keys' hashes. */
  readonly readHashes: () => Promise<string>;
  /** Told of each failed attempt to read them. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

/**
 * A key that was taken out of the secret is good for another minute at most, also when the secret cannot be read; one that
 * was put in is good within ten seconds. Invented keys cost one read of the secret in ten seconds and no more.
 */
const age = { maxAgeMs: 60_000, cooldownMs: 10_000, emptyCooldownMs: 1_000, keepMs: 60_000 };

export const keyJudge = ({ readHashes, onFailure, now = Date.now }: KeyJudgeOptions) => {
  const hashes = lastGood({
    ...age,
    load: async () => adminKeyHashes.parse(JSON.parse(await readHashes())),
    now,
    ...(onFailure ? { onFailure } : {}),
  });
  /** @throws SourceUnavailable when the hashes cannot be read. */
  return async (header: string): Promise<Verdict> => {
    const claimed = readAdminKey(header);
    if (!claimed) return { verdict: 'refused', reason: 'admin-key-untrusted' };
    let isGood = isAdminKey(await hashes.read(), claimed);
    // It may be newer than what was read.
    if (!isGood && (await hashes.refresh())) isGood = isAdminKey(await hashes.read(), claimed);
    if (!isGood) return { verdict: 'refused', reason: 'admin-key-untrusted' };
    const { app, id } = claimed;
    return app === wholeDeployment ? { verdict: 'operator', key: id } : { verdict: 'admin', app, key: id };
  };
};
