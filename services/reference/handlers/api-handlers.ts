/** GET /v1/openapi.json and GET /v1/docs (FS13): made once in a process, then only sent, or not even that. */
import { cacheableReply } from '#shared/http/entity-tag.ts';
import type { Handlers, Input } from '#shared/http/route.ts';
import type { ApiDocument } from '../document.ts';
import { renderPage } from '../page/page.ts';
import { contentSecurityPolicy } from '../page/policy.ts';
import type { routes } from '../routes.ts';

/** A deployment shows within five minutes. */
const maxAgeSeconds = 300;

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export const apiHandlers = (document: ApiDocument): Handlers<typeof routes, never> => {
  const json = once(() => JSON.stringify(document));
  const page = once(() => renderPage(document));
  return {
    getOpenApi: async ({ headers }: Input<typeof routes.getOpenApi>) =>
      cacheableReply({ headers, maxAgeSeconds }, json()),
    getDocs: async ({ headers }: Input<typeof routes.getDocs>) => {
      const reply = cacheableReply({ headers, maxAgeSeconds }, page());
      return { ...reply, headers: { ...reply.headers, ...pageHeaders } };
    },
  };
};
