/** Text patterns where `*` stands for any run of characters: EventBridge's wildcard filter and the ARNs of resource policies. */

/** Matches without backtracking over regular expressions, so a hostile pattern costs no more than length × length. */
function matchesParts(parts: readonly (readonly string[])[], text: string): boolean {
  const [first = [], ...rest] = parts;
  const starts = (part: readonly string[], at: number) =>
    part.every((char, i) => (char === '?any' ? at + i < text.length : text[at + i] === char));
  if (rest.length === 0) return text.length === first.length && starts(first, 0);
  if (!starts(first, 0)) return false;
  let at = first.length;
  const last = rest.pop() ?? [];
  for (const part of rest) {
    while (at + part.length <= text.length && !starts(part, at)) at += 1;
    if (at + part.length > text.length) return false;
    at += part.length;
  }
  const tail = text.length - last.length;
  return tail >= at && starts(last, tail);
}

/** `*` any run; `\*` and `\\` the characters themselves. Throws on any other escape and on `**`, as EventBridge refuses them. */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const parts: string[][] = [[]];
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i);
    if (char === '\\') {
      const next = pattern.charAt(i + 1);
      if (next !== '*' && next !== '\\') throw new Error(`invalid escape in the wildcard ${JSON.stringify(pattern)}`);
      parts.at(-1)?.push(next);
      i += 1;
    } else if (char === '*') {
      if (pattern.charAt(i + 1) === '*') throw new Error(`consecutive wildcards in ${JSON.stringify(pattern)}`);
      parts.push([]);
    } else {
      parts.at(-1)?.push(char);
    }
  }
  return (text) => matchesParts(parts, text);
}

/** IAM's `StringLike`/`ArnLike`: `*` any run, `?` any one character, no escapes. */
export function matchesLike(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => [...part].map((char) => (char === '?' ? '?any' : char)));
  return matchesParts(parts, text);
}
