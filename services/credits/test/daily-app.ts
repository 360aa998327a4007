/** The app of the tests' account with the plans of `policyAt`: `daily` has an allowance of 5 a day. */
import { definitions } from '#apps';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { owner } from './doubles.ts';

const lab = definitions.find(({ id }) => id === 'sandbox-lab');
if (!lab) throw new Error('no app has a daily plan');

export const definitionWithDaily: AppDefinition = { ...lab, id: owner.app };

export const catalogWithDaily = (zone = 'UTC'): Catalog => ({
  app: async (id) => (id === owner.app ? { ...definitionWithDaily, zone } : undefined),
});
