/** Endpoints' secrets are not stored: each is made anew from the deployment's one master secret and what it is for. */
import { createHmac } from 'node:crypto';
import { lastGood } from '#shared/last-good.ts';
import type { Endpoint } from '../domain/endpoint.ts';

export type Signer = Pick<Endpoint, 'app' | 'id'>;

/** As receivers are given it: `whsec_` and the base64 of 32 bytes. */
export const deriveSecret = (master: string, { app, id }: Signer, version: number): string =>
  `whsec_${createHmac('sha256', master)
    .update(JSON.stringify([app, id, version]))
    .digest('base64')}`;

/** 128 bits of the letters and digits it is made of are 22 of them. */
const minMasterLength = 32;

export interface EndpointSecretsOptions {
  readonly readMaster: () => Promise<string>;
  /** Told of each failed attempt to read it. */
  readonly onFailure?: (error: unknown) => void;
}

/** It never changes; it is read again all the same, so that what an operator restored is taken up. */
const age = { maxAgeMs: 3_600_000, cooldownMs: 60_000, emptyCooldownMs: 1_000, keepMs: 24 * 3_600_000 };

export const endpointSecrets = ({ readMaster, onFailure }: EndpointSecretsOptions) => {
  const master = lastGood({
    ...age,
    load: async () => {
      const text = await readMaster();
      if (text.length < minMasterLength) throw new Error('the master secret of webhooks is too short');
      return text;
    },
    ...(onFailure ? { onFailure } : {}),
  });
  /** In the order of the versions. @throws SourceUnavailable when the master secret cannot be read. */
  return async (signer: Signer, versions: readonly number[]): Promise<string[]> => {
    const text = await master.read();
    return versions.map((version) => deriveSecret(text, signer, version));
  };
};
export type SecretsOf = ReturnType<typeof endpointSecrets>;
