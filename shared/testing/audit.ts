/** A trail that keeps what is written down, for tests of APIs. */
import { type AuditMessage, type AuditTrail, auditMessage } from '../http/audit.ts';

export interface KeptTrail extends AuditTrail {
  readonly messages: AuditMessage[];
}

export const keptTrail = (service = 'test'): KeptTrail => {
  const messages: AuditMessage[] = [];
  return {
    service,
    messages,
    // As its reader sees it: sent as text, and parsed.
    send: async (message) => {
      messages.push(auditMessage.parse(JSON.parse(JSON.stringify(message))));
    },
  };
};
