/** Credits' rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

/** What the service's routes may refuse. Holding and settling are no routes: generation and the bus ask for them. */
export type CreditsRejection = 'app-unknown';

export const problems: Readonly<Record<CreditsRejection, ProblemSpec>> = {
  'app-unknown': { status: 404, title: 'There is no such app' },
};
