/** What is counted of deliveries; tests of an endpoint by its admin are not. An alarm in `infra/stacks/webhooks.ts` looks at it. */
export const webhookMetrics = {
  /** 0 or 1 for each attempt: its sum are the failures, its sample count all attempts. */
  failed: 'WebhookAttemptsFailed',
  /** Deliveries that nothing is tried for any more. */
  givenUp: 'WebhooksGivenUp',
} as const;

/** What one attempt came to. */
export interface AttemptCount {
  readonly failed: boolean;
  readonly givenUp: boolean;
}
export type CountAttempt = (count: AttemptCount) => void;
