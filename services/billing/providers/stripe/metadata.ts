/** What we write on objects at Stripe, so that its events say whose they are. Several apps may share one account. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, type Owner, userId } from '#shared/owner.ts';
import { owned } from './shapes.ts';

export type Metadata = Readonly<Record<string, string>> | null | undefined;

const paymentId = idSchema('pay');

export const metadataOf = ({ app, user }: Owner, paymentId?: string) => ({
  tessera_app: app,
  tessera_user: user,
  ...(paymentId === undefined ? {} : { tessera_payment: paymentId }),
});

/** Made by another app that uses the same account. */
export const isAnothers = (app: string, metadata: Metadata): boolean =>
  metadata?.tessera_app !== undefined && metadata.tessera_app !== app;

/** Of an object of whatever shape, which may have metadata in several places. */
export const isOfAnother = (app: string, object: unknown): boolean =>
  owned.parse(object).metadatas.some((metadata) => isAnothers(app, metadata));

/** A user of this app or of another one; undefined for what we did not make. */
export const ownerNamed = (metadata: Metadata): Owner | undefined => {
  const app = appId.safeParse(metadata?.tessera_app);
  const user = userId.safeParse(metadata?.tessera_user);
  return app.success && user.success ? { app: app.data, user: user.data } : undefined;
};

/** Of this app alone. */
export const paymentNamed = (app: string, metadata: Metadata) => {
  const owner = ownerNamed(metadata);
  const payment = z.safeParse(paymentId, metadata?.tessera_payment);
  return owner?.app === app && payment.success ? { owner, paymentId: payment.data } : undefined;
};
