/** Every route's handler, over what they all stand on. */
import type { Handlers } from '#shared/http/route.ts';
import { changeOffer } from '../change-offer.ts';
import type { CurrentOffers, HandleOffer, OfferStore } from '../current-offers.ts';
import type { CatalogRejection } from '../problems.ts';
import type { routes } from '../routes.ts';
import type { ServedOffers } from '../served-offers.ts';
import * as changes from './routes/changes.ts';
import * as shown from './routes/public.ts';
import { getOffer, getVersion, listVersions } from './routes/versions.ts';

export interface ApiDependencies {
  readonly store: OfferStore;
  readonly handle: HandleOffer;
  readonly offers: CurrentOffers;
  readonly served: ServedOffers;
}

export const apiHandlers = (parts: ApiDependencies): Handlers<typeof routes, CatalogRejection> => {
  const changing = { ...parts, change: changeOffer(parts) };
  return {
    getCatalog: shown.getCatalog(parts),
    listTools: shown.listTools(parts),
    getTool: shown.getTool(parts),
    listOptions: shown.listOptions(parts),
    listPlans: shown.listPlans(parts),
    listPacks: shown.listPacks(parts),
    getTexts: shown.getTexts(parts),
    getOffer: getOffer(parts),
    putOffer: changes.putOffer(changing),
    putTool: changes.setTool(changing),
    deleteTool: changes.removeTool(changing),
    putPlan: changes.setPlan(changing),
    deletePlan: changes.removePlan(changing),
    putPack: changes.setPack(changing),
    deletePack: changes.removePack(changing),
    putOption: changes.setOption(changing),
    deleteOption: changes.removeOption(changing),
    listVersions: listVersions(parts),
    getVersion: getVersion(parts),
    rollBack: changes.rollBack(changing),
  };
};
