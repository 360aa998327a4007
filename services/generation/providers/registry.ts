/** The providers that a worker can call, by the name that app definitions use. */
import type { ImmediateProvider } from './provider.ts';
import { sandbox } from './sandbox.ts';

export type Providers = Readonly<Record<string, ImmediateProvider>>;

export const providers: Providers = { [sandbox.name]: sandbox };
