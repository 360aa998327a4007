/** The function that other services ask for definitions (`client.ts`): `definitionRequest` in, `definitionAnswer` out. */
import { catalogParts } from '../composition.ts';
import { answerDefinition } from './answer-definition.ts';

export const handler = answerDefinition(catalogParts());
