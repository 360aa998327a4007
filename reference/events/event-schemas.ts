/** Each published event as a JSON Schema that stands by itself: `docs/events/<service>/<Event>.json`. */
import type { Code } from '../code.ts';
import type { Json } from '../json.ts';
import { schemaWriter } from '../schemas.ts';
import type { PublishedSchema } from '../sources.ts';

/** What a test and the catalogue ask of every event: a sentence on when it is told. */
export const whenOf = ({ schema }: PublishedSchema, { exported }: Pick<Code, 'exported'>): string | undefined =>
  exported.get(schema);

export const schemaPath = ({ service, type }: Pick<PublishedSchema, 'service' | 'type'>): string =>
  `docs/events/${service}/${type}.json`;

export const eventSchema = (event: PublishedSchema, code: Code): Json => {
  const writer = schemaWriter(new Map(), code);
  const { service, type, version } = event;
  const { document, components } = writer.finish(writer.convert(event.schema, 'output'), (name) => `#/$defs/${name}`);
  const { description: _, ...schema } = document;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tessera:event:${service}:${type}:${version}`,
    title: type,
    description: whenOf(event, code),
    ...schema,
    ...(Object.keys(components).length > 0 ? { $defs: components } : {}),
  };
};
