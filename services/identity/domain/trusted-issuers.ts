/** Which issuer speaks for which app. A token's `iss` picks one, to the letter; nothing else of a token is believed yet. */
import type { Issuer, IssuersByApp } from '#services/catalog/contracts.ts';

export interface TrustedIssuer {
  readonly app: string;
  readonly issuer: Issuer;
}

export type TrustedIssuers = ReadonlyMap<string, TrustedIssuer>;

/** @throws Error when an issuer occurs twice: its tokens would speak for two apps, or be held to two algorithms. */
export const trustedIssuers = (byApp: IssuersByApp): TrustedIssuers => {
  const trusted = new Map<string, TrustedIssuer>();
  for (const [app, issuers] of Object.entries(byApp))
    for (const issuer of issuers) {
      const other = trusted.get(issuer.issuer);
      if (other) throw new Error(`The issuer ${issuer.issuer} is configured for "${other.app}" and for "${app}".`);
      trusted.set(issuer.issuer, { app, issuer });
    }
  return trusted;
};
