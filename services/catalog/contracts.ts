/**
 * What the other services know of the catalog: an app's definition, how to ask for it (`client.ts` does), and the event that
 * tells of a change. One deployment serves many apps; a definition says everything that differs between them.
 */
import * as z from 'zod';
import { publishedEvent } from '#shared/messaging/published-event.ts';
import { appId } from '#shared/owner.ts';
import { type AppDefinition, servedDefinition } from './definition/definition.ts';

export {
  chargeStep,
  credits,
  i18nKey,
  isPrivateChannel,
  locale,
  type PaymentProvider,
  paymentProvider,
  slug,
} from './definition/basics.ts';
export {
  type AppDefinition,
  type AppOffer,
  type AppSettings,
  appDefinition,
  appOffer,
  offerOf,
  settingsOf,
  storedOffer,
} from './definition/definition.ts';
export { type Issuer, type IssuersByApp, issuer, issuersByApp } from './definition/issuer.ts';
export { type Option, option, optionId, options } from './definition/option.ts';
export { type Allowance, allowance, type Pack, type Plan, pack, plan } from './definition/plan.ts';
export { costOf, metering, outputKind, providerChoice, type Tool, tool, toolCost } from './definition/tool.ts';
export { namesIn, placeholder } from './definition/wording.ts';

/** Where services read definitions from. */
export interface Catalog {
  /** Nothing for an app that this deployment does not serve. @throws when the catalog cannot be read: then nothing may run. */
  app(id: string): Promise<AppDefinition | undefined>;
}

/** What the function `catalog-definition` is asked. `have`: the revision that the caller holds, so that it is not sent again. */
export const definitionRequest = z.strictObject({ app: appId, have: z.string().max(80).optional() });
export type DefinitionRequest = z.infer<typeof definitionRequest>;

/** `revision` names settings and offer together; equal revisions are equal definitions. */
export const definitionAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('unknown') }),
  z.strictObject({ status: z.literal('unchanged') }),
  z.strictObject({ status: z.literal('found'), revision: z.string().max(80), definition: servedDefinition }),
]);
export type DefinitionAnswer = z.infer<typeof definitionAnswer>;

/** An app's offer is another one now. It concerns no user: the envelope's `user` is `catalog`. */
export const catalogChanged = publishedEvent(
  'CatalogChanged',
  z.object({
    offerVersion: z.int().positive(),
    /** What is different now, as in `tools/photo-filter`, `options/hairstyle/bob`, `welcome_credits`. At most 100 of them. */
    changed: z.array(z.string().max(200)).max(100),
    /** There is more than `changed` lists. */
    truncated: z.boolean(),
  }),
);
export type CatalogChanged = z.infer<typeof catalogChanged>;
