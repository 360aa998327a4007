/** One kind of rows: how they are brought, and how what is here is compared with them. */

export type Outcome =
  | { readonly status: 'written' | 'unchanged' }
  /** It is in the file of rejects, with the reason. */
  | { readonly status: 'refused'; readonly reason: string };

export type Compared =
  | { readonly status: 'there' | 'missing' }
  /** Used here since it was brought. */
  | { readonly status: 'moved' }
  | { readonly status: 'different'; readonly reason: string };

export interface Step<Facts> {
  /** What may be in the file once only: a user, for a balance. */
  readonly once?: (facts: Facts) => string;
  /** In the order of the rows. */
  write(rows: readonly Facts[]): Promise<readonly Outcome[]>;
  compare(rows: readonly Facts[]): Promise<readonly Compared[]>;
}

/** Calls to the tables that are under way at once. */
const atOnce = 32;

/** Some at once, answers in the order of the values. */
export const inPool = async <Value, Answer>(
  values: readonly Value[],
  work: (value: Value) => Promise<Answer>,
): Promise<Answer[]> => {
  const answers = new Array<Answer>(values.length);
  const waiting = values.entries();
  const worker = async () => {
    for (const [index, value] of waiting) answers[index] = await work(value);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, worker));
  return answers;
};

export const written = { status: 'written' } as const;
export const unchanged = { status: 'unchanged' } as const;
export const refused = (reason: string) => ({ status: 'refused', reason }) as const;
export const there = { status: 'there' } as const;
export const missing = { status: 'missing' } as const;
export const different = (reason: string) => ({ status: 'different', reason }) as const;
