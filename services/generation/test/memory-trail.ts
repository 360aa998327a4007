/** The audit trail in memory, for tests of what stands on it. */
import { ownerKey } from '#shared/owner.ts';
import { type Trail, type TrailRow, trailRow } from '../trail/trail-table.ts';

export const memoryTrail = (): Trail & { readonly rows: ReadonlyMap<string, TrailRow> } => {
  const rows = new Map<string, TrailRow>();
  return {
    rows,
    write: async (recorded) => {
      const row = trailRow(recorded);
      rows.set(`${row.owner}#${row.id}`, row);
    },
    list: async (owner, job, { limit, after }) => {
      const behind = [...rows.values()]
        .filter((row) => row.owner === ownerKey(owner) && row.id.startsWith(`${job}#`) && row.version > after)
        .sort((one, other) => one.version - other.version)
        .map(({ version, type, at, actor, data }) => ({ version, type, at, actor, data }));
      const events = behind.slice(0, limit);
      return { events, next: behind.length > limit ? events.at(-1)?.version : undefined };
    },
  };
};
