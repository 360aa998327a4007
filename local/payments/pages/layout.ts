/** What all pages of the stand-in share: their frame, their look, their buttons. */
import { type Html, html, raw } from './html.ts';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const style = `
:root { color-scheme: light dark; --ink: #1c1b29; --soft: #66647a; --line: #e3e1ec; --paper: #fff; --back: #f5f4fa;
  --accent: #5b4bdb; --good: #1d7f4e; --bad: #b3261e; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #eeecf8; --soft: #a5a2bb; --line: #37344a; --paper: #211f2d; --back: #16151f;
  --accent: #7c6df2; --good: #5fcf97; --bad: #ff8a80; --warn: #f0bd5f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
main.narrow { max-width: 27rem; padding-top: 6vh; }
.note { color: var(--soft); font-size: .875rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; margin: 1rem 0; }
h1 { font-size: 1.35rem; margin: .25rem 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.amount { font-size: 2.1rem; font-weight: 650; letter-spacing: -.02em; margin: .25rem 0 0; }
.badge { display: inline-block; font-size: .75rem; font-weight: 600; border-radius: 99px; padding: .1rem .6rem;
  border: 1px solid var(--line); color: var(--soft); white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.said { border-left: 4px solid var(--bad); padding: .5rem .9rem; background: var(--paper); border-radius: 6px; margin: 1rem 0; }
form { margin: 0; display: inline; }
button, .button { font: inherit; font-size: .875rem; padding: .35rem .8rem; border-radius: 8px; border: 1px solid var(--line);
  background: var(--paper); color: var(--ink); cursor: pointer; text-decoration: none; display: inline-block; }
button:hover, .button:hover { border-color: var(--accent); } button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.stack { display: grid; gap: .6rem; margin-top: 1.25rem; } .stack form { display: block; }
.stack button, .stack .button { width: 100%; padding: .7rem 1rem; font-size: 1rem; text-align: center; }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
a { color: var(--accent); }
.row { display: flex; flex-wrap: wrap; gap: .35rem .9rem; align-items: center; border-top: 1px solid var(--line); padding: .7rem 0; }
.row:first-child { border-top: 0; } .row .what { flex: 1 1 9rem; min-width: 0; overflow-wrap: anywhere; }
.row .what small { display: block; color: var(--soft); } .row .sum { font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.row .acts { display: flex; flex-wrap: wrap; gap: .35rem; } .row .acts:empty, .row .sum:empty { display: none; }
.list .what { flex-basis: 100%; }
@media (min-width: 46rem) {
  .list { display: grid; grid-template-columns: minmax(0, 1fr) auto auto fit-content(26rem); column-gap: .9rem; }
  .list .row { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; }
  .list .row .sum { text-align: right; } .list .row .acts:empty, .list .row .sum:empty { display: block; } .list .row .acts { justify-content: end; } }
.card.list { padding: .3rem 1.1rem; } code { font-size: .8125rem; }
`;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'same-origin',
};

export const page = (title: string, content: Html, { narrow = false, status = 200 } = {}): PageAnswer => ({
  status,
  headers,
  body: `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(style)}</style></head>
<body><main class="${narrow ? 'narrow' : 'wide'}">${content}</main></body></html>`.text
  }`,
});

/** After a form: the browser asks for the next page by GET. */
export const seeOther = (location: string): PageAnswer => ({
  status: 303,
  headers: { location, 'cache-control': 'no-store' },
  body: '',
});

/** A button that posts its fields to its own page. */
export const button = (label: string, fields: Readonly<Record<string, string>>, main = false): Html =>
  html`<form method="post">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${main ? 'main' : 'plain'}">${label}</button></form>`;

export const badge = (text: string, mood: 'good' | 'bad' | 'warn' | 'plain' = 'plain'): Html =>
  html`<span class="badge ${mood}">${text}</span>`;

export const testNote = (provider: string): Html =>
  html`<p class="note">${badge('test')} ${provider} on this machine. No money moves, and there is no card to type.</p>`;

export const time = (at: number | Date): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(
    typeof at === 'number' ? at * 1_000 : at,
  );

export const notFound = (what: string): PageAnswer =>
  page('Not found', html`<h1>Not found</h1><p>${what}</p><p><a href="/">All apps</a></p>`, {
    narrow: true,
    status: 404,
  });
