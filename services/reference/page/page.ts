/** The API's document as a page for people: one file that needs nothing else. */
import type { ApiDocument, Paths } from '../document.ts';
import { Html, html, inlineMarkdown, markdown } from './html.ts';
import { callerOf, operationView, type ShownOperation, webhookView } from './operation-view.ts';
import { schemaView } from './schema-view.ts';
import { script } from './script.ts';
import { style } from './style.ts';

const operationsOf = (paths: Paths): ShownOperation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** `userToken` → `User token` */
const words = (name: string): string => capital(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

interface Group {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly operations: readonly ShownOperation[];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What users call comes first, what runs the deployment last. */
const callers = ['user', 'public', 'admin', 'operator'];
const byCaller = (a: ShownOperation, b: ShownOperation): number =>
  callers.indexOf(callerOf(a.operation)) - callers.indexOf(callerOf(b.operation));

const groupsOf = ({ tags, paths }: ApiDocument): Group[] => {
  const operations = operationsOf(paths).toSorted(byCaller);
  return tags.map(({ name, description }) => ({
    id: `tag-${name}`,
    title: capital(name),
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
};

const entry = (id: string, method: string, label: string): Html =>
  html`<li data-of="${id}"><a href="#${id}">${method === '' ? '' : html`<span class="method ${method}">${method === 'delete' ? 'del' : method}</span>`}<span class="label">${label}</span></a></li>`;

const group = (id: string, title: string, entries: readonly Html[]): Html =>
  html`<div class="group"><h2><a href="#${id}">${title}</a></h2><ul>${entries}</ul></div>`;

const navigation = ({ info, webhooks, components }: ApiDocument, groups: readonly Group[]): Html => {
  const operations = groups.map(({ id, title, operations }) =>
    group(
      id,
      title,
      operations.map(({ method, path, operation }) => entry(operation.operationId, method, path.replace(/^\/v1/, ''))),
    ),
  );
  const sent = Object.keys(webhooks).map((type) => entry(`webhook-${type}`, '', type));
  const schemas = Object.keys(components.schemas).map((name) => entry(`schema-${name}`, '', name));
  return html`<nav aria-label="Operations"><p class="brand">${info.title}<span>${info.version}</span></p>
<input id="find" type="search" placeholder="Find  ( / )" aria-label="Find an operation" autocomplete="off">
<div class="list"><p class="none" hidden>Nothing fits.</p>${operations}${group('outgoing-webhooks', 'Outgoing webhooks', sent)}${group('schemas', 'Schemas', schemas)}</div></nav>`;
};

const schemasView = ({ components }: ApiDocument): Html[] =>
  Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<details class="schema" id="schema-${name}" data-words="${`schema ${name}`.toLowerCase()}"><summary><span class="path">${name}</span>${typeof schema.description === 'string' ? html`<span class="summary">${inlineMarkdown(schema.description)}</span>` : ''}</summary><div class="inside">${schemaView(schema)}</div></details>`,
  );

export const renderPage = (document: ApiDocument): string => {
  const { info, webhooks, components } = document;
  const groups = groupsOf(document);
  const credentials = Object.entries(components.securitySchemes).map(
    ([name, { description }]) => html`<li><strong>${words(name)}.</strong> ${inlineMarkdown(description)}</li>`,
  );
  const sections = groups.map(
    ({ id, title, description, operations }) =>
      html`<section id="${id}"><h2>${title}</h2><p>${inlineMarkdown(description)}</p>${operations.map((one) => operationView(document, one))}</section>`,
  );
  const sent = Object.entries(webhooks).flatMap(([type, item]) =>
    item.post ? [webhookView(document, type, item.post)] : [],
  );
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${info.title} API</title><link rel="icon" href="data:,"><style>${new Html(style)}</style></head>
<body>${navigation(document, groups)}
<main><h1>${info.title} API</h1><p class="lead">${info.summary} As a document: <a href="openapi.json">openapi.json</a></p>
<div class="about">${markdown(info.description)}</div>
<h2>Credentials</h2><ul>${credentials}</ul>
${sections}
<section id="outgoing-webhooks"><h2>Outgoing webhooks</h2><p>What an app's own server is sent.</p>${sent}</section>
<section id="schemas"><h2>Schemas</h2><p>Everything that has a name.</p>${schemasView(document)}</section>
</main><script>${new Html(script)}</script></body></html>`;
  return page.text;
};
