/** When something was made, as Stripe's lists take it: in whole seconds, from the one of `since` on and before `until`. */
export const createdBetween = (since: string, until: string | undefined): { gte: number; lt?: number } => ({
  gte: Math.floor(Date.parse(since) / 1_000),
  ...(until === undefined ? {} : { lt: Math.ceil(Date.parse(until) / 1_000) }),
});
