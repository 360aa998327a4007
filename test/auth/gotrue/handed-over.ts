/** What the runner tells the tests that it starts, through one variable of their environment. */
import * as z from 'zod';

export const handedOverVariable = 'TESSERA_AUTH_SUBJECT';

const project = z.strictObject({
  url: z.url(),
  issuer: z.url(),
  jwksUrl: z.url(),
  anonKey: z.string(),
  serviceKey: z.string(),
});

export const handedOver = z.strictObject({
  /** Where the hooks go: the local API is to listen there. */
  apiPort: z.int(),
  /** What the hooks are signed with. */
  hookSecret: z.string(),
  open: project,
  confirming: project,
});
export type HandedOver = z.infer<typeof handedOver>;
