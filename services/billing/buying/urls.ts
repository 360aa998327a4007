/** Where a provider sends the user back to: nowhere but on the app's own origins. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { type Refusal, refuse } from '#shared/http/route.ts';
import type { BillingRejection } from '../problems.ts';

interface Wanted {
  /** As the client gave it. */
  readonly given: string | undefined;
  /** The app's own page. */
  readonly usual: string | undefined;
  /** Of the request. */
  readonly pointer: `/body/${string}`;
}

export type AddressFault = Extract<BillingRejection, 'url-elsewhere' | 'request-invalid'>;

/** A refusal because of one field. */
export const refusedField = <Fault extends AddressFault>(rejection: Fault, pointer: string, detail: string) =>
  refuse(rejection, { detail: `${pointer}: ${detail}`, errors: [{ pointer, detail }] });

/** The address, as browsers read it; or why there is none. */
export const returnUrl = (
  { origins }: Pick<AppDefinition, 'origins'>,
  { given, usual, pointer }: Wanted,
): string | Refusal<AddressFault> => {
  const url = given === undefined ? usual : new URL(given).href;
  if (url === undefined)
    return refusedField('request-invalid', pointer, 'is needed: the app has no page of its own for it');
  return origins.includes(new URL(url).origin)
    ? url
    : refusedField('url-elsewhere', pointer, "is on none of the app's origins");
};
