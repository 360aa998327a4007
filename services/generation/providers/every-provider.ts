/** All providers that there are, by the name that app definitions use. The sandbox needs no credentials and is always there. */
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import { type Openings, opening } from './registry.ts';
import { taskProviders } from './task-providers.ts';

export const everyProvider: Openings = { gemini: opening(gemini), openai: opening(openai), ...taskProviders };
