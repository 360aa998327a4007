/** Everything that the reference is made of, read once. */
import { type Code, readCode } from './code.ts';
import {
  type NamedSchema,
  type PublishedSchema,
  readEvents,
  readSchemas,
  readServices,
  type ServiceSource,
} from './sources.ts';

export interface Sources {
  readonly services: readonly ServiceSource[];
  readonly schemas: readonly NamedSchema[];
  readonly events: readonly PublishedSchema[];
  readonly code: Code;
}

export const readSources = async (): Promise<Sources> => {
  const services = await readServices();
  const schemas = await readSchemas();
  return { services, schemas, events: await readEvents(), code: readCode(services, schemas) };
};
