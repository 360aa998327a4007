/** What of an app's definition everybody may see: never its issuers, providers or models. */
import type { AppDefinition, Tool } from '../contracts.ts';

const publicTool = ({ active, providers, deadline_seconds, ...shown }: Tool) => shown;

/** The same for every language: names are translation keys. Tools in their order; inactive ones left out. */
export const publicCatalog = ({
  id,
  name,
  zone,
  welcome_credits,
  default_plan,
  plans,
  packs,
  tools,
}: AppDefinition) => ({
  id,
  name,
  zone,
  welcome_credits,
  default_plan,
  plans,
  packs,
  tools: tools
    .filter(({ active }) => active)
    .sort((a, b) => a.sort_order - b.sort_order || (a.id < b.id ? -1 : 1))
    .map(publicTool),
});
