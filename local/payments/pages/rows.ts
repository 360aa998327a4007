/** Lists of what there is at a provider: each row says what, whose, how much, how it stands, and what may happen next. */
import { type Html, html } from './html.ts';

/** Of each kind, the newest. */
export const shownLimit = 50;

export interface Row {
  readonly what: string;
  /** Left out where they are not known. */
  readonly details: readonly (string | undefined)[];
  readonly sum?: string;
  readonly state: Html;
  readonly acts: readonly Html[];
}

export const rowOf = ({ what, details, sum = '', state, acts }: Row): Html => {
  const detail = details.filter((known) => known !== undefined).join(' · ');
  return html`<div class="row"><span class="what">${what}<small>${detail}</small></span><span class="sum">${sum}</span><span class="state">${state}</span><span class="acts">${acts}</span></div>`;
};

export const section = (title: string, rows: readonly Html[], empty: string): Html =>
  html`<h2>${title}</h2>${rows.length > 0 ? html`<div class="card list">${rows}</div>` : html`<p class="note">${empty}</p>`}`;
