/** The own app's offer, and what became of it: GET /v1/admin/catalog, …/versions, …/versions/{version} (SP15) */
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { type CurrentOffers, type OfferStore, versionOf } from '../../current-offers.ts';
import { offerStream } from '../../domain/offer.ts';
import type { routes } from '../../routes.ts';
import { changesOf, versionFields } from '../../version-view.ts';
import { versionTag } from './changes.ts';

interface Dependencies {
  readonly store: Pick<OfferStore, 'read'>;
  readonly offers: CurrentOffers;
}

export const getOffer =
  ({ offers }: Dependencies) =>
  async ({ admin }: Input<typeof routes.getOffer>) => {
    const current = await offers.current(admin.app);
    if (!current) return refuse('app-unknown');
    const { version, record, state, offer } = current;
    return {
      status: 200 as const,
      body: { ...versionFields(record), edited: state.edited, offer },
      headers: { etag: versionTag(version) },
    };
  };

const place = z.strictObject({ before: z.int().positive() });

export const listVersions =
  ({ store, offers }: Dependencies) =>
  async ({ admin, query: { limit, cursor } }: Input<typeof routes.listVersions>) => {
    const { app } = admin;
    const from = decodeCursor(place, cursor);
    // The first look at an app makes its first version.
    if (!from && !(await offers.current(app))) return refuse('app-unknown');
    const records = await store.read(offerStream(app), {
      direction: 'backward',
      limit,
      ...(from ? { after: from.before } : {}),
    });
    const last = records.at(-1)?.version ?? 1;
    return {
      status: 200 as const,
      body: {
        data: records.map((record) => ({ ...versionFields(record), ...changesOf(record) })),
        next_cursor: last > 1 ? encodeCursor({ before: last }) : null,
      },
    };
  };

export const getVersion =
  ({ store, offers }: Dependencies) =>
  async ({ admin, path: { version } }: Input<typeof routes.getVersion>) => {
    const { app } = admin;
    if (!(await offers.current(app))) return refuse('app-unknown');
    const [record] = await store.read(offerStream(app), { after: version - 1, limit: 1 });
    if (!record) return refuse('version-unknown', { detail: `There is no version ${version}.` });
    return {
      status: 200 as const,
      body: { ...versionFields(record), ...changesOf(record), offer: versionOf(record).offer },
    };
  };
