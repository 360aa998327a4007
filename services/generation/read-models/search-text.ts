/** What a job is found by: its title and the texts of its parameters, without the size of letters. */

/** Bytes kept: a row is written anew at each of the job's events, and read whole when a list is searched. */
const maxBytes = 1_024;

/** As it is kept, and as it is looked for. */
export const searchable = (text: string): string => text.normalize('NFKC').toLowerCase();

const textsOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  // By name: a table gives an object's fields in any order.
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return fields.flatMap(([, field]) => textsOf(field));
};

/** The beginning of a text, without half a character at its end. */
const cut = (text: string): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
};

/** The title comes first, so that it is found whatever the length of the rest. */
export const searchText = ({
  title,
  params,
}: {
  readonly title?: string | undefined;
  readonly params: object;
}): string => cut(searchable([title ?? '', ...textsOf(params)].filter(Boolean).join('\n')));
