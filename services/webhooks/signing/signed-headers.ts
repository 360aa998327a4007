/** The three headers of a Standard Webhooks message, signed with each secret that is good now. */
import { Webhook } from 'standardwebhooks';

export interface Unsigned {
  readonly id: string;
  /** Of the attempt: receivers refuse what is older than minutes. */
  readonly at: Date;
  readonly body: string;
}

export const signedHeaders = ({ id, at, body }: Unsigned, secrets: readonly string[]): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
});
