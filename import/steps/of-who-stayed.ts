/** Rows of users who left here are named, and nothing of theirs is brought back: neither an account nor a record of what they did. */
import { different, inPool, refused, type Step } from './step.ts';

const reason = 'has left here';

/** The rows of who stayed go through the step, with their answers put back in the order of all rows. Each user is looked up once for the rows of one call. */
export const ofWhoStayed = <Facts>(
  step: Step<Facts>,
  userOf: (facts: Facts) => Promise<string | undefined>,
  hasLeft: (user: string) => Promise<boolean>,
): Step<Facts> => {
  const through = async <Answer>(
    rows: readonly Facts[],
    work: (rows: readonly Facts[]) => Promise<readonly Answer[]>,
    gone: Answer,
  ): Promise<Answer[]> => {
    const known = new Map<string, Promise<boolean>>();
    const lookUp = (user: string): Promise<boolean> => {
      const asked = known.get(user) ?? hasLeft(user);
      known.set(user, asked);
      return asked;
    };
    const left = await inPool(rows, async (facts) => {
      const user = await userOf(facts);
      return user !== undefined && (await lookUp(user));
    });
    const answers = (await work(rows.filter((_, index) => !left[index]))).values();
    return left.map((isGone) => {
      if (isGone) return gone;
      const { done, value } = answers.next();
      if (done) throw new Error('a step answered for fewer rows than it was given');
      return value;
    });
  };
  return {
    ...step,
    write: (rows) => through(rows, (stayed) => step.write(stayed), refused(reason)),
    compare: (rows) => through(rows, (stayed) => step.compare(stayed), different(reason)),
  };
};
