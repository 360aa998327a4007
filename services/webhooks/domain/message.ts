/** From an event of the bus to what receivers are told: the words of the HTTP interface, and no more than it says. */

import type * as z from 'zod';
import type { jobEnded } from '#services/generation/contracts.ts';
import type { EventMessage, WebhookMessage } from '../contracts.ts';
import type { EndpointId } from './endpoint.ts';

export type JobEnded = z.infer<typeof jobEnded>;

const uncharged = { cost_credits: 0, outputs: [] };

export const generationMessage = (event: JobEnded): EventMessage => {
  const { app, user, at: timestamp } = event;
  const about = { app, user, id: event.data.jobId, tool: event.data.tool };
  switch (event.type) {
    case 'JobSucceeded': {
      const { cost, outputs } = event.data;
      const files = outputs.map(({ kind, contentType, bytes }) => ({ kind, content_type: contentType, bytes }));
      const data = { ...about, status: 'completed', cost_credits: cost, outputs: files } as const;
      return { type: 'generation.completed', timestamp, data };
    }
    case 'JobFailed': {
      const { reason, message } = event.data;
      const data = { ...about, status: 'failed', ...uncharged, error: { reason, message } } as const;
      return { type: 'generation.failed', timestamp, data };
    }
    case 'JobCancelled':
      return { type: 'generation.cancelled', timestamp, data: { ...about, status: 'cancelled', ...uncharged } };
  }
};

export const pingMessage = (app: string, webhook: EndpointId, timestamp: string): WebhookMessage => ({
  type: 'test.ping',
  timestamp,
  data: { app, webhook },
});
