/** HTML as values: what is put into it is escaped, unless it is HTML itself. */
const marked = Symbol('html');

export interface Html {
  readonly [marked]: true;
  readonly text: string;
}

type Part = Html | string | number | undefined | false | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const textOf = (part: Part): string => {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
};

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  [marked]: true,
  text: strings.reduce((text, string, i) => text + textOf(parts[i - 1]) + string),
});

/** What we wrote ourselves. */
export const raw = (text: string): Html => ({ [marked]: true, text });

/** Only to where a browser may go: an address like `javascript:` leads nowhere. */
export const link = (address: string): string => (/^https?:\/\//.test(address) ? address : '#');
