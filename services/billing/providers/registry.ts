/** The providers that an app's users can pay by: those whose keys are in its secret (`setup.ts`). */
import type { ProvidersOf } from './provider.ts';

export interface RegistryOptions {
  readonly readSecret: (name: string) => Promise<string | undefined>;
  /** `https://api.example.com`: where callbacks are to go. */
  readonly publicUrl: string;
  readonly onFailure?: (app: string, error: unknown) => void;
}
export type Registry = (options: RegistryOptions) => ProvidersOf;
