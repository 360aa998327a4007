/**
 * Which issuer speaks for which app. A token's `iss` picks one, to the letter, and its `alg` one of the ways that this issuer
 * is configured to sign; nothing else of a token is believed yet.
 */
import type { Issuer, IssuersByApp } from '#services/catalog/contracts.ts';

export interface TrustedIssuer {
  readonly app: string;
  /** Two while a project moves from its shared secret to a key pair; each has a source of keys of its own. */
  readonly byAlgorithm: ReadonlyMap<string, Issuer>;
}

export type TrustedIssuers = ReadonlyMap<string, TrustedIssuer>;

/** @throws Error when an issuer has two apps, for which its tokens would speak, or two entries of one algorithm. */
export const trustedIssuers = (byApp: IssuersByApp): TrustedIssuers => {
  const trusted = new Map<string, { app: string; byAlgorithm: Map<string, Issuer> }>();
  for (const [app, issuers] of Object.entries(byApp))
    for (const issuer of issuers) {
      const known = trusted.get(issuer.issuer) ?? { app, byAlgorithm: new Map<string, Issuer>() };
      if (known.app !== app)
        throw new Error(`The issuer ${issuer.issuer} is configured for "${known.app}" and for "${app}".`);
      if (known.byAlgorithm.has(issuer.algorithm))
        throw new Error(`The issuer ${issuer.issuer} is configured for "${app}" twice with ${issuer.algorithm}.`);
      known.byAlgorithm.set(issuer.algorithm, issuer);
      trusted.set(issuer.issuer, known);
    }
  return trusted;
};
