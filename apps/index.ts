/** Every app of this deployment. A definition that breaks a rule stops whatever imports it, naming the field. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { babyMusic } from './baby-music.ts';
import { flirtStudio } from './flirt-studio.ts';
import { nanoBanana } from './nano-banana.ts';
import { parseDefinitions } from './parse-definitions.ts';
import { productStudio } from './product-studio.ts';
import { sandboxLab } from './sandbox-lab.ts';
import { sparky } from './sparky.ts';

export const definitions: readonly AppDefinition[] = parseDefinitions([
  sparky,
  productStudio,
  babyMusic,
  nanoBanana,
  flirtStudio,
  sandboxLab,
]);
