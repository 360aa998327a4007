/** Times come with and without fractions of a second: as text they do not compare. */
export const isAfter = (time: string, at: string): boolean => Date.parse(time) > Date.parse(at);
