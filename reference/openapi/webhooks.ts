/** What apps' own servers are sent, as the document's `webhooks`. */
import { webhookMessage } from '#services/webhooks/contracts.ts';
import type { Code } from '../code.ts';
import type { Json } from '../json.ts';
import type { Schemas } from '../schemas.ts';

const header = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema,
});

const signed: Json[] = [
  header('webhook-id', 'The same in every attempt: what was seen before may be passed over.'),
  header('webhook-timestamp', 'Seconds since 1970 of this attempt. Refuse what is older than five minutes.', {
    type: 'integer',
  }),
  header(
    'webhook-signature',
    'Standard Webhooks: `v1,<base64>`, one for each secret that counts, with spaces between.',
  ),
];

const capital = (type: string): string =>
  type.replaceAll(/(?:^|\.)([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const outgoingWebhooks = ({ convert }: Pick<Schemas, 'convert'>, _: Pick<Code, 'fields'>): Json =>
  Object.fromEntries(
    webhookMessage.options.map((message) => {
      const type = message.shape.type.value;
      return [
        type,
        {
          post: {
            operationId: `on${capital(type)}`,
            tags: ['webhooks'],
            summary: `Tells of \`${type}\``,
            description: "Sent to the app's own server, for a day until it is taken.",
            security: [],
            parameters: signed,
            requestBody: { required: true, content: { 'application/json': { schema: convert(message, 'output') } } },
            responses: {
              '2XX': { description: 'Taken: it is not sent again.' },
              '410': { description: 'Never again: the webhook is switched off.' },
              default: { description: 'Everything else, and ten seconds of silence: it is sent again later.' },
            },
          },
        },
      ];
    }),
  );
