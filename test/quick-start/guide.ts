/** A guide as one follows it: files to save, commands to run, and what they are said to print. */

/** `ts` with a path in its first line is saved there, `sh` is run, and the `text` behind it is what that prints; `…` stands for anything. */
export type Step =
  | { readonly kind: 'save'; readonly path: string; readonly content: string }
  | { readonly kind: 'run'; readonly commands: string; readonly prints: string | undefined };

const block = /^```(\w*)\n([\s\S]*?)^```$/gm;
const pathLine = /^\/\/ (\S+\.ts)\n/;

/** @throws Error for a block that a reader would not know what to do with. */
export const stepsOf = (guide: string): Step[] => {
  const steps: Step[] = [];
  for (const [, language, content = ''] of guide.matchAll(block)) {
    const last = steps.at(-1);
    if (language === 'ts') {
      const [, path] = pathLine.exec(content) ?? [];
      if (path === undefined) throw new Error(`where is this to be saved?\n${content}`);
      steps.push({ kind: 'save', path, content });
    } else if (language === 'sh') steps.push({ kind: 'run', commands: content, prints: undefined });
    else if (language === 'text' && last?.kind === 'run' && last.prints === undefined)
      steps.splice(-1, 1, { ...last, prints: content });
    else throw new Error(`a block of "${language}" that follows nothing:\n${content}`);
  }
  return steps;
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a `text` block says, as a pattern for all that was printed. */
export const patternOf = (prints: string): RegExp =>
  new RegExp(`^${prints.trim().split('…').map(escaped).join('[\\s\\S]*')}$`);
