/** Times as the API and the events write them: ISO-8601 UTC. */
export const secondsAfter = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1_000).toISOString();

/** As DynamoDB's time to live counts. */
export const epochSeconds = (at: string): number => Math.floor(Date.parse(at) / 1_000);
