/** What follows from a job's events, in memory. Nothing is sent: tests are the workers. */
import { type ProjectJobDeps, projectJob } from '../handlers/project-job.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import { memoryAssets, memoryOutputs, memoryResults } from './memory.ts';
import { memoryFailures, memoryJobRows, memoryPlays } from './memory-library.ts';
import { memoryTrail } from './memory-trail.ts';

export interface ProjectionParts {
  readonly outputs?: ReturnType<typeof memoryOutputs>;
  readonly assets?: AssetTable;
  /** In place of a part in memory. */
  readonly ports?: Partial<ProjectJobDeps>;
}

export const memoryProjection = ({
  outputs = memoryOutputs(),
  assets = memoryAssets(),
  ports = {},
}: ProjectionParts = {}) => {
  const trail = memoryTrail();
  const rows = memoryJobRows();
  const failures = memoryFailures();
  const plays = memoryPlays();
  const results = memoryResults();
  const project = projectJob({
    dispatch: async () => {},
    follow: async () => {},
    rows,
    assets,
    trail,
    failures,
    plays,
    results,
    removeOutputs: async (prefix) => {
      const keys = [...outputs.files.keys()].filter((key) => key.startsWith(prefix));
      await outputs.remove(keys);
      return { removed: keys.length, more: false };
    },
    ...ports,
  });
  return { rows, trail, failures, plays, results, outputs, project };
};
