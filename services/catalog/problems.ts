/** Catalog's rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

export type CatalogRejection = 'app-unknown';

export const problems: Readonly<Record<CatalogRejection, ProblemSpec>> = {
  'app-unknown': { status: 404, title: 'There is no such app' },
};
