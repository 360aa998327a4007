/** A load: some users at a time, each with jobs one after the other, and what its measurements come to. */

/** A user of flirt-studio has credits for twenty jobs, and a plan that lets two run at once. */
export const loads = [
  { users: 1, jobs: 20 },
  { users: 50, jobs: 4 },
] as const;

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

/** Every user runs their jobs one after the other, all users at once. Answers what was measured of each job. */
export const drive = async <One, Measured>(
  users: readonly One[],
  jobs: number,
  run: (user: One, number: number) => Promise<Measured>,
): Promise<Measured[]> => {
  const taken = await Promise.all(
    users.map(async (user) => {
      const measured: Measured[] = [];
      for (let number = 0; number < jobs; number += 1) measured.push(await run(user, number));
      return measured;
    }),
  );
  return taken.flat();
};

export const list = (length: number): number[] => Array.from({ length }, (_, index) => index);
