/** Puts an example beside every body of the document. */
import { type Sampling, sample } from '../examples/sample.ts';
import { components, operations } from '../examples/written.ts';
import { isObject, type Json } from '../json.ts';

const prefix = '#/components/schemas/';

const samplingOf = (document: Json): Sampling => {
  const schemas = (document.components as { schemas: Record<string, Json> }).schemas;
  return {
    resolve: (reference) => schemas[reference.slice(prefix.length)] ?? {},
    written: (reference) => {
      const name = reference.slice(prefix.length);
      return components[name] ?? components[name.replace(/Input$/, '')];
    },
  };
};

const withExample = (content: unknown, written: unknown, sampling: Sampling): unknown => {
  if (!isObject(content) || !isObject(content['application/json'])) return content;
  const media = content['application/json'];
  const example = written ?? sample(sampling, isObject(media.schema) ? media.schema : {});
  return { ...content, 'application/json': example === undefined ? media : { ...media, example } };
};

const ofOperation = (operation: Json, sampling: Sampling): Json => {
  const { body, replies = {} } = operations[String(operation.operationId)] ?? {};
  const { requestBody, responses } = operation;
  const answers = Object.entries(responses as Record<string, Json>).map(([status, response]) => {
    const isSuccess = status.startsWith('2') && response.content !== undefined;
    return [
      status,
      isSuccess ? { ...response, content: withExample(response.content, replies[status], sampling) } : response,
    ];
  });
  const request = isObject(requestBody)
    ? { requestBody: { ...requestBody, content: withExample(requestBody.content, body, sampling) } }
    : {};
  return { ...operation, ...request, responses: Object.fromEntries(answers) };
};

export const withExamples = (document: Json): Json => {
  const sampling = samplingOf(document);
  const ofPaths = (paths: unknown): Json =>
    Object.fromEntries(
      Object.entries(paths as Record<string, Record<string, Json>>).map(([path, item]) => [
        path,
        Object.fromEntries(
          Object.entries(item).map(([method, operation]) => [method, ofOperation(operation, sampling)]),
        ),
      ]),
    );
  return { ...document, paths: ofPaths(document.paths), webhooks: ofPaths(document.webhooks) };
};
