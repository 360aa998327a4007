/** What a queue is for, read off the name that CloudFormation made for it: the stack, the construct's path, and letters of chance. */

export interface Purpose {
  /** As in `credits`; `platform` where several use it. */
  readonly service: string;
  /** As in `JobsEnded`. */
  readonly purpose: string;
}

/** `TesseraCredits-JobsEndedEventsQueue0A1B2C3D-Ab1…`: the constructs' own words tell nothing. */
const named = /^Tessera([A-Za-z]+)-(.+)-[A-Za-z0-9]+$/;
const constructWords = /(Events)?(Queue|DeadLetters)?([0-9A-F]{8})?$/;

export const purposeOf = (name: string): Purpose => {
  const [, stack, path] = named.exec(name) ?? [];
  if (stack === undefined || path === undefined) return { service: 'platform', purpose: name };
  const purpose = path.replace(constructWords, '');
  return { service: stack.toLowerCase(), purpose: purpose || path };
};
