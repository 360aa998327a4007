/** Checks app definitions one by one and together: no two share an id or an issuer. */
import { type AppDefinition, appDefinition, offerOf } from '#services/catalog/contracts.ts';
import { maxOfferBytes } from '#services/catalog/domain/offer.ts';

const idOf = (raw: unknown, index: number): string => {
  const id = (raw as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id : `definition ${index}`;
};

/**
 * Ids and issuers that more than one definition claims. A shared issuer would let one token speak for two apps; within one
 * app an issuer may have two entries, for it may sign in two ways.
 */
const clashes = (definitions: readonly AppDefinition[]): string[] => {
  const found: string[] = [];
  const ownerOf = new Map<string, AppDefinition>();
  const claim = (key: string, definition: AppDefinition, fault: string) => {
    const owner = ownerOf.get(key) ?? definition;
    if (owner !== definition) found.push(`${definition.id}: ${fault} is taken by "${owner.id}"`);
    ownerOf.set(key, owner);
  };
  for (const definition of definitions) {
    claim(`id ${definition.id}`, definition, '/id');
    definition.issuers.forEach(({ issuer }, index) => {
      claim(`issuer ${issuer}`, definition, `/issuers/${index}/issuer: ${issuer}`);
    });
  }
  return found;
};

/** A file that does not fit the catalog's table fails here, before it is deployed. */
const tooLarge = (definition: AppDefinition): string[] => {
  const bytes = new TextEncoder().encode(JSON.stringify(offerOf(definition))).length;
  return bytes > maxOfferBytes
    ? [`${definition.id}: /: its offer has ${bytes} bytes as JSON; ${maxOfferBytes} are taken`]
    : [];
};

/** @throws Error naming every fault as `<app>: /<field>: <what>`. */
export const parseDefinitions = (raws: readonly unknown[]): readonly AppDefinition[] => {
  const results = raws.map((raw) => appDefinition.safeParse(raw));
  const faults = results.flatMap(({ error }, index) =>
    (error?.issues ?? []).map(({ path, message }) => `${idOf(raws[index], index)}: /${path.join('/')}: ${message}`),
  );
  const definitions = results.flatMap(({ data }) => (data === undefined ? [] : [data]));
  faults.push(...definitions.flatMap(tooLarge), ...clashes(definitions));
  if (faults.length > 0) throw new Error(`App definitions are not valid:\n${faults.join('\n')}`);
  return definitions;
};
