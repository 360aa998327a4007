/** One operation of the page: who may call it, what it takes, what it answers, and how it is called from a terminal. */
import type { ApiDocument, Content, Json, Operation, Parameter, Reference, Response } from '../document.ts';
import { type Html, html, inlineMarkdown, markdown } from './html.ts';
import { limitsView, schemaView, typeView } from './schema-view.ts';

export interface ShownOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const lastPart = ({ $ref }: Reference): string => $ref.replace(/^.*\//, '');
const isReference = (value: object): value is Reference => '$ref' in value;

const parametersOf = ({ components }: ApiDocument, { parameters }: Operation): Parameter[] =>
  parameters.flatMap((parameter) => {
    const found = isReference(parameter) ? components.parameters[lastPart(parameter)] : parameter;
    return found ? [found] : [];
  });

const responseOf = ({ components }: ApiDocument, response: Response | Reference): Response | undefined =>
  isReference(response) ? components.responses[lastPart(response)] : response;

/** Who may call: the same words as the filter's. */
export const callerOf = ({ security }: Operation): string => {
  const schemes = security.flatMap((one) => Object.keys(one));
  if (schemes.length === 0) return 'public';
  if (schemes.includes('operatorKey')) return 'operator';
  return schemes.includes('adminKey') ? 'admin' : 'user';
};

const places: Readonly<Record<string, string>> = { path: 'Path', query: 'Query', header: 'Headers' };

const parametersView = (parameters: readonly Parameter[]): Html[] =>
  Object.entries(places).flatMap(([place, title]) => {
    const own = parameters.filter((parameter) => parameter.in === place);
    if (own.length === 0) return [];
    const rows = own.map(
      ({ name, required, schema, description }) =>
        html`<li><code class="field">${name}</code> <span class="type">${typeView(schema)}</span>${required ? '' : html` <span class="optional">optional</span>`} ${limitsView(schema)}${description === undefined ? '' : html`<div class="said">${inlineMarkdown(description)}</div>`}</li>`,
    );
    return [html`<h4>${title}</h4><ul class="fields">${rows}</ul>`];
  });

const exampleView = (example: unknown): Html =>
  example === undefined ? html`` : html`<pre><code>${JSON.stringify(example, undefined, 2)}</code></pre>`;

const isNamed = (schema: Json | undefined): schema is Json & Reference => typeof schema?.$ref === 'string';

/** A body that has a name is shown here all the same: nobody wants to look it up. */
const contentView = ({ components }: ApiDocument, content: Content): Html[] =>
  Object.entries(content).map(([mediaType, { schema, example }]) => {
    const shown = isNamed(schema) ? components.schemas[lastPart(schema)] : schema;
    const title = isNamed(schema) ? typeView(schema) : html`<code>${mediaType}</code>`;
    const isEmpty = shown === undefined || Object.keys(shown).length === 0;
    return html`<div class="body"><div class="shape"><p class="name">${title}</p>${isEmpty ? '' : schemaView(shown)}</div>${exampleView(example)}</div>`;
  });

const problemRows = (status: string, { content }: Response): Html[] =>
  Object.entries(content?.['application/problem+json']?.examples ?? {}).map(
    ([slug, { summary }]) => html`<tr><td>${status}</td><td><code>${slug}</code></td><td>${summary}</td></tr>`,
  );

const responsesView = (document: ApiDocument, { responses }: Operation): Html => {
  const all = Object.entries(responses).flatMap(([status, response]) => {
    const found = responseOf(document, response);
    return found ? [[status, found] as const] : [];
  });
  const isProblem = ([, { content }]: readonly [string, Response]) =>
    content?.['application/problem+json'] !== undefined;
  const answers = all
    .filter((one) => !isProblem(one))
    .map(
      ([status, { description, content = {} }]) =>
        html`<h4><span class="status">${status}</span> ${inlineMarkdown(description)}</h4>${contentView(document, content)}`,
    );
  const problems = all.filter(isProblem).flatMap(([status, response]) => problemRows(status, response));
  const table = html`<details class="problems"><summary>${problems.length} problems</summary><table>${problems}</table></details>`;
  return html`${answers}${problems.length === 0 ? '' : table}`;
};

const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const commandOf = (document: ApiDocument, { method, path, operation }: ShownOperation): string => {
  const who = callerOf(operation);
  const needsKey = parametersOf(document, operation).some(
    ({ name, required }) => name === 'Idempotency-Key' && required,
  );
  const body = operation.requestBody?.content['application/json']?.example;
  const lines = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$TESSERA${path}"`,
    ...(who === 'user' ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(who === 'admin' || who === 'operator' ? ['-H "X-Admin-Key: $ADMIN_KEY"'] : []),
    ...(needsKey ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${shellQuoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
};

/** Examples longer than this hide what they are for. */
const maxCommandLength = 1_500;

export const operationView = (document: ApiDocument, shown: ShownOperation): Html => {
  const { method, path, operation } = shown;
  const { operationId, summary, description, requestBody } = operation;
  const words = [operationId, method, path, summary, description, callerOf(operation)].join(' ').toLowerCase();
  const command = commandOf(document, shown);
  return html`<details class="operation" id="${operationId}" data-words="${words}">
<summary><span class="method ${method}">${method}</span><span class="path">${path}</span><span class="summary">${inlineMarkdown(summary)}</span><span class="caller ${callerOf(operation)}">${callerOf(operation)}</span></summary>
<div class="inside">${description === undefined ? '' : markdown(description)}
<p class="id">Operation <a href="#${operationId}"><code>${operationId}</code></a></p>
${parametersView(parametersOf(document, operation))}
${requestBody === undefined ? '' : html`<h4>Body${requestBody.required ? '' : html` <span class="optional">optional</span>`}</h4>${requestBody.description === undefined ? '' : markdown(requestBody.description)}${contentView(document, requestBody.content)}`}
${responsesView(document, operation)}
${command.length > maxCommandLength ? '' : html`<h4>From a terminal</h4><pre><code>${command}</code></pre>`}
</div></details>`;
};

/** What is sent to an app's own server: nobody calls it here. */
export const webhookView = (document: ApiDocument, type: string, { summary, requestBody }: Operation): Html =>
  html`<details class="operation" id="webhook-${type}" data-words="webhook ${type}">
<summary><span class="method post">post</span><span class="path">${type}</span><span class="summary">${inlineMarkdown(summary)}</span></summary>
<div class="inside">${requestBody === undefined ? '' : contentView(document, requestBody.content)}</div></details>`;
