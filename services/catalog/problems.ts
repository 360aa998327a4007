/** Catalog's rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

export type CatalogRejection =
  | 'app-unknown'
  | 'tool-unknown'
  | 'plan-unknown'
  | 'pack-unknown'
  | 'option-unknown'
  | 'option-kind-unknown'
  | 'locale-unknown'
  | 'version-unknown'
  | 'version-missing'
  | 'version-stale'
  | 'offer-invalid'
  | 'offer-too-large';

export const problems: Readonly<Record<CatalogRejection, ProblemSpec>> = {
  'app-unknown': { status: 404, title: 'There is no such app' },
  'tool-unknown': { status: 404, title: 'There is no such tool' },
  'plan-unknown': { status: 404, title: 'There is no such plan' },
  'pack-unknown': { status: 404, title: 'There is no such pack' },
  'option-unknown': { status: 404, title: 'There is no such option' },
  'option-kind-unknown': { status: 404, title: 'There are no options of this kind' },
  'locale-unknown': { status: 404, title: 'There are no texts in this language' },
  'version-unknown': { status: 404, title: 'There is no such version' },
  'version-missing': { status: 428, title: 'If-Match must name the version that is to be changed' },
  'version-stale': { status: 412, title: 'The catalog was changed meanwhile' },
  'offer-invalid': { status: 400, title: 'The catalog would not be valid' },
  'offer-too-large': { status: 413, title: 'The catalog would be too large' },
};
