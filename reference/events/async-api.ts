/** The AsyncAPI 3.0 document: what is told on the bus, and what goes over a client's socket. */
import { socketControl, socketMessage, socketProtocol, socketRequest } from '#services/notifications/contracts.ts';
import type { Code } from '../code.ts';
import { type Json, sortedByKey } from '../json.ts';
import { namesOf, type Schemas, schemaWriter } from '../schemas.ts';
import type { NamedSchema, PublishedSchema } from '../sources.ts';
import { whenOf } from './event-schemas.ts';

interface AsyncParts {
  readonly channels: Json;
  readonly operations: Json;
  readonly messages: Json;
}

const message = (name: string) => ({ $ref: `#/components/messages/${name}` });

/** What EventBridge wraps an event in, beside the event itself. */
const envelope = (source: string, type: string): Json => ({
  type: 'object',
  required: ['source', 'detail-type'],
  properties: { source: { const: source }, 'detail-type': { const: type } },
});

const busOf = (events: readonly PublishedSchema[], code: Code, { convert }: Pick<Schemas, 'convert'>): AsyncParts => {
  const parts = { channels: {} as Json, operations: {} as Json, messages: {} as Json };
  for (const service of new Set(events.map((event) => event.service))) {
    const source = `tessera.${service}`;
    const own = events.filter((event) => event.service === service);
    for (const event of own)
      parts.messages[event.type] = {
        name: event.type,
        title: event.type,
        summary: whenOf(event, code),
        contentType: 'application/json',
        headers: envelope(source, event.type),
        payload: convert(event.schema, 'output'),
      };
    parts.channels[service] = {
      address: source,
      title: `What ${service} tells`,
      description: `Events on the bus whose \`source\` is \`${source}\`. Delivered at least once, in any order: \`id\` is the same for every delivery, a higher \`version\` is newer within one aggregate.`,
      servers: [{ $ref: '#/servers/bus' }],
      messages: Object.fromEntries(own.map(({ type }) => [type, message(type)])),
    };
    parts.operations[`tell-${service}`] = {
      action: 'send',
      channel: { $ref: `#/channels/${service}` },
      messages: own.map(({ type }) => ({ $ref: `#/channels/${service}/messages/${type}` })),
    };
  }
  return parts;
};

const socketOf = ({ convert }: Pick<Schemas, 'convert'>): AsyncParts => {
  const told = [...socketMessage.options, ...socketControl.options].map(
    (option) => [option.shape.type.value, option] as const,
  );
  const asked = socketRequest.options.map((option) => [option.shape.action.value, option] as const);
  const messageOf = (name: string, payload: Json): Json => ({
    name,
    title: name,
    contentType: 'application/json',
    payload,
  });
  const names = (list: readonly (readonly [string, unknown])[]) => list.map(([name]) => name);
  const reference = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` });
  return {
    messages: Object.fromEntries([
      ...told.map(([name, option]) => [name, messageOf(name, convert(option, 'output'))] as const),
      ...asked.map(([name, option]) => [name, messageOf(name, convert(option, 'input'))] as const),
    ]),
    channels: {
      socket: {
        address: '/',
        title: 'A socket of one user',
        description: `Subprotocols: \`${socketProtocol}\`, and \`bearer.<access token>\`. Of one \`key\`, a higher \`version\` is newer; after a drop, \`resume\` with the last \`cursor\`.`,
        servers: [{ $ref: '#/servers/socket' }],
        messages: Object.fromEntries([...names(told), ...names(asked)].map((name) => [name, message(name)])),
      },
    },
    operations: {
      'tell-client': {
        action: 'send',
        channel: { $ref: '#/channels/socket' },
        messages: names(told).map(reference),
      },
      'hear-client': {
        action: 'receive',
        channel: { $ref: '#/channels/socket' },
        messages: names(asked).map(reference),
      },
    },
  };
};

export const asyncApi = (
  events: readonly PublishedSchema[],
  schemas: readonly NamedSchema[],
  { code, version }: { readonly code: Code; readonly version: string },
): Json => {
  const published = new Set<unknown>(events.map(({ schema }) => schema));
  const writer = schemaWriter(namesOf(schemas.filter(({ schema }) => !published.has(schema))), code);
  const bus = busOf(events, code, writer);
  const socket = socketOf(writer);
  const draft = {
    asyncapi: '3.0.0',
    info: {
      title: 'Tessera: events',
      version,
      description: 'What services tell each other on the bus, and what clients hear over their sockets.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      bus: {
        host: 'events.amazonaws.com',
        protocol: 'eventbridge',
        description: "The deployment's own bus on EventBridge.",
      },
      socket: {
        host: '{host}',
        protocol: 'wss',
        variables: {
          host: { description: "The deployment's WebSocket address: output `SocketUrl` of the notifications stack." },
        },
      },
    },
    channels: { ...bus.channels, ...socket.channels },
    operations: { ...bus.operations, ...socket.operations },
    components: { messages: { ...bus.messages, ...socket.messages } },
  };
  const { document, components } = writer.finish(draft, (name) => `#/components/schemas/${name}`);
  return { ...document, components: { ...(document.components as Json), schemas: sortedByKey(components) } };
};
