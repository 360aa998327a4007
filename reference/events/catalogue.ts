/** The readable index of published events: `docs/events/README.md`. */
import type { Code } from '../code.ts';
import { isObject, type Json } from '../json.ts';
import type { PublishedSchema } from '../sources.ts';
import { eventSchema, whenOf } from './event-schemas.ts';

const typeOf = (schema: Json): string => {
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.join(' \\| ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(choices)) return choices.filter(isObject).map(typeOf).join(' \\| ');
  if (schema.type === 'array') return `${isObject(schema.items) ? typeOf(schema.items) : 'anything'}[]`;
  const type = Array.isArray(schema.type) ? schema.type.join(' \\| ') : String(schema.type ?? 'anything');
  return schema.format === 'date-time' ? type.replace('string', 'time') : type;
};

const fieldsOf = (schema: Json): string => {
  const data = isObject(schema.properties) && isObject(schema.properties.data) ? schema.properties.data : {};
  const required = Array.isArray(data.required) ? data.required : [];
  const fields = Object.entries(isObject(data.properties) ? data.properties : {}).map(([name, field]) =>
    `\`${name}${required.includes(name) ? '' : '?'}\` ${isObject(field) ? typeOf(field) : ''}`.trim(),
  );
  return fields.length === 0 ? '–' : fields.join(', ');
};

const introduction = `# Events on the bus

<!-- Made by \`npm run openapi\` from the services' contracts. Do not edit. -->

Every event is one EventBridge message: \`source\` is \`tessera.<service>\`, \`detail-type\` the event's name, \`detail\` this envelope:

| field | |
|---|---|
| \`id\` | the event's id: equal for every delivery of it |
| \`type\`, \`schemaVersion\` | its name; a change that breaks readers gets a new version |
| \`app\`, \`user\` | whose it is. \`catalog\` for what concerns an app and no user |
| \`version\` | of the aggregate after this event: higher is newer, within one aggregate |
| \`at\` | when it happened, ISO 8601 in UTC |
| \`correlationId\`, \`causationId\` | what one request led to; what led to this |
| \`data\` | what the tables below list |

Events come at least once, late, and in any order. Each has a JSON Schema (draft 2020-12) beside this page, and [asyncapi.json](asyncapi.json) is one
AsyncAPI 3.0 document of all of them and of what clients hear over their [sockets](../realtime.md). New fields may be added: readers pass over what they do not know.
`;

export const eventCatalogue = (events: readonly PublishedSchema[], code: Code): string => {
  const services = [...new Set(events.map(({ service }) => service))];
  const sections = services.map((service) => {
    const rows = events
      .filter((event) => event.service === service)
      .map((event) => {
        const when = (whenOf(event, code) ?? '').replaceAll('|', '\\|');
        return `| [${event.type}](${service}/${event.type}.json) | ${when} | ${fieldsOf(eventSchema(event, code))} |`;
      });
    return `\n## ${service}\n\n| event | when | data |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return introduction + sections.join('');
};
