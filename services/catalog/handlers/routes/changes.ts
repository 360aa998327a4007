/** An admin's changes to the own app's offer: PUT /v1/admin/catalog, one item below it, POST …/rollback (SP15) */
import { type AdminCaller, type Input, type Refusal, refuse } from '#shared/http/route.ts';
import type { changeOffer, OfferChange } from '../../change-offer.ts';
import type { CurrentOffers, OfferStore, OfferVersion } from '../../current-offers.ts';
import { versionOf } from '../../current-offers.ts';
import {
  deleteOption,
  deletePack,
  deletePlan,
  deleteTool,
  type Edited,
  putOption,
  putPack,
  putPlan,
  putTool,
} from '../../domain/edit-offer.ts';
import { offerStream } from '../../domain/offer.ts';
import type { CatalogRejection } from '../../problems.ts';
import type { routes } from '../../routes.ts';
import type { ServedOffers } from '../../served-offers.ts';

export interface ChangeDependencies {
  readonly store: Pick<OfferStore, 'read'>;
  readonly offers: CurrentOffers;
  readonly served: Pick<ServedOffers, 'renew'>;
  readonly change: ReturnType<typeof changeOffer>;
}

interface ChangeInput {
  readonly admin: AdminCaller;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: { readonly dry_run: boolean };
  readonly correlationId: string;
  readonly at: string;
}

type Wanted = Pick<OfferChange, 'edited' | 'reason' | 'rolledBackTo' | 'itemPointer'>;
/** What the request makes of the offer that is there. */
type Making<In, Rejection extends CatalogRejection> = (
  current: OfferVersion,
  input: In,
  dependencies: ChangeDependencies,
) => Promise<Wanted | Refusal<Rejection>> | Wanted | Refusal<Rejection>;

export const versionTag = (version: number): string => `"${version}"`;

/** The version that `If-Match` names; 0 for a tag that can be none of ours. `*` names none: it would overwrite what nobody looked at. */
const wantedVersion = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return Number(/^\s*"([1-9]\d{0,8})"\s*$/.exec(ifMatch)?.[1] ?? 0);
};

const changing =
  <In extends ChangeInput, Rejection extends CatalogRejection = never>(make: Making<In, Rejection>) =>
  (dependencies: ChangeDependencies) =>
  async (input: In) => {
    const { admin, headers, query, correlationId, at } = input;
    const { app, actor } = admin;
    const expectedVersion = wantedVersion(headers['if-match']);
    if (expectedVersion === undefined)
      return refuse('version-missing', { detail: 'Send the ETag of GET /v1/admin/catalog.' });
    const current = await dependencies.offers.current(app);
    if (!current) return refuse('app-unknown');
    const wanted = await make(current, input, dependencies);
    if ('rejection' in wanted) return wanted;
    const dryRun = query.dry_run;
    const meta = { actor, correlationId };
    const done = await dependencies.change({ app, current, expectedVersion, ...wanted, dryRun, at, meta });
    if ('rejection' in done) return done;
    const { version, changed, truncated } = done;
    if (version !== current.version) await dependencies.served.renew(app);
    return {
      status: 200 as const,
      body: { version, changed: [...changed], truncated, dry_run: dryRun },
      headers: { etag: versionTag(version) },
    };
  };

export const putOffer = changing((_, { body }: Input<typeof routes.putOffer>) => ({
  edited: { offer: body.offer, place: [] },
  reason: body.reason,
}));

type Kind = 'tool' | 'plan' | 'pack' | 'option';

/** An item under its id in the path. */
const putting = (
  kind: Kind,
  {
    item,
    id,
    edited,
    reason,
  }: { item: { id: string }; id: string; edited: Edited | undefined; reason?: string | undefined },
): Wanted | Refusal<'offer-invalid'> => {
  const itemPointer = `/body/${kind}`;
  if (item.id !== id || !edited)
    return refuse('offer-invalid', {
      errors: [{ pointer: `${itemPointer}/id`, detail: `is not "${id}", as in the path` }],
    });
  return { edited, reason, itemPointer };
};

const deleting = <K extends Kind>(
  kind: K,
  { id, edited, reason }: { id: string; edited: Edited | undefined; reason?: string | undefined },
): Wanted | Refusal<`${K}-unknown`> =>
  edited ? { edited, reason } : refuse(`${kind}-unknown`, { detail: `There is no ${kind} "${id}".` });

export const setTool = changing(({ offer }, { path: { id }, body: { tool, reason } }: Input<typeof routes.putTool>) =>
  putting('tool', { item: tool, id, edited: putTool(tool)(offer), reason }),
);
export const setPlan = changing(({ offer }, { path: { id }, body: { plan, reason } }: Input<typeof routes.putPlan>) =>
  putting('plan', { item: plan, id, edited: putPlan(plan)(offer), reason }),
);
export const setPack = changing(({ offer }, { path: { id }, body: { pack, reason } }: Input<typeof routes.putPack>) =>
  putting('pack', { item: pack, id, edited: putPack(pack)(offer), reason }),
);
export const setOption = changing(
  ({ offer }, { path: { kind, id }, body: { option, reason } }: Input<typeof routes.putOption>) =>
    putting('option', { item: option, id, edited: putOption(kind, option)(offer), reason }),
);

export const removeTool = changing(({ offer }, { path: { id }, query: { reason } }: Input<typeof routes.deleteTool>) =>
  deleting('tool', { id, edited: deleteTool(id)(offer), reason }),
);
export const removePlan = changing(({ offer }, { path: { id }, query: { reason } }: Input<typeof routes.deletePlan>) =>
  deleting('plan', { id, edited: deletePlan(id)(offer), reason }),
);
export const removePack = changing(({ offer }, { path: { id }, query: { reason } }: Input<typeof routes.deletePack>) =>
  deleting('pack', { id, edited: deletePack(id)(offer), reason }),
);
export const removeOption = changing(
  ({ offer }, { path: { kind, id }, query: { reason } }: Input<typeof routes.deleteOption>) =>
    deleting('option', { id, edited: deleteOption(kind, id)(offer), reason }),
);

export const rollBack = changing(async (_, { admin, body }: Input<typeof routes.rollBack>, { store }) => {
  const { to_version, reason } = body;
  const [record] = await store.read(offerStream(admin.app), { after: to_version - 1, limit: 1 });
  if (!record) return refuse('version-unknown', { detail: `There is no version ${to_version}.` });
  return { edited: { offer: versionOf(record).offer, place: [] }, reason, rolledBackTo: to_version };
});
