/** Whose tokens an app accepts. Everything about keys and algorithms is fixed here and never read from a token. */
import * as z from 'zod';
import { appId } from '#shared/owner.ts';
import { isPrivateChannel } from './basics.ts';

/** The token's `iss`, to the letter. */
const iss = z.url();
const jwksUrl = z.url().refine(isPrivateChannel, 'must be https');

/**
 * Signed with a key pair; the public keys are read from the issuer. Supabase's tokens have the audience `authenticated`. Clerk's
 * session tokens have none: there `azp` names the origin that a session was made for, and a native app's token names nothing.
 */
const publicKeyIssuer = z
  .strictObject({
    algorithm: z.enum(['ES256', 'RS256']),
    issuer: iss,
    audience: z.string().min(1).max(200).optional(),
    /** In place of an audience: origins whose sessions count. */
    authorized_parties: z.array(z.url()).min(1).max(20).optional(),
    jwks_url: jwksUrl,
  })
  .refine(({ audience, authorized_parties }) => (audience === undefined) !== (authorized_parties === undefined), {
    path: ['audience'],
    message: 'is needed, or authorized_parties where tokens have none; not both',
  });

/** Supabase's legacy way: one secret that the project and we share. */
const sharedSecretIssuer = z.strictObject({
  algorithm: z.literal('HS256'),
  issuer: iss,
  audience: z.string().min(1).max(200),
  /** Name of the secret in Secrets Manager that holds it. */
  secret_name: z.string().min(1).max(512),
});

export const issuer = z.discriminatedUnion('algorithm', [publicKeyIssuer, sharedSecretIssuer]);
export type Issuer = z.infer<typeof issuer>;

export const issuers = z.array(issuer).min(1).max(5);

/** What a deployment trusts: issuers by app. An app without an entry takes no tokens. */
export const issuersByApp = z.record(appId, issuers);
export type IssuersByApp = z.infer<typeof issuersByApp>;
