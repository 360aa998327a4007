/** Reference's HTTP interface: the API's own document, and the page that shows it. */
import { noBody, routeTable, textBody } from '#shared/http/route.ts';

export const routes = routeTable({
  getOpenApi: {
    method: 'GET',
    path: '/v1/openapi.json',
    auth: 'public',
    summary: 'This document: OpenAPI 3.1. Cacheable: send If-None-Match with the last ETag.',
    replies: { 200: textBody('application/json'), 304: noBody },
  },
  getDocs: {
    method: 'GET',
    path: '/v1/docs',
    auth: 'public',
    summary: 'The same as a page for people. It needs nothing else from the network.',
    replies: { 200: textBody('text/html; charset=utf-8'), 304: noBody },
  },
});
