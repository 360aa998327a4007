/** The apps whose exports are understood. */
import type { AppMapping } from '../facts.ts';
import { babyMusic } from './baby-music.ts';
import { flirtStudio } from './flirt-studio.ts';
import { nanoBanana } from './nano-banana.ts';
import { productStudio } from './product-studio.ts';
import { sparky } from './sparky.ts';

export const mappings: readonly AppMapping[] = [babyMusic, sparky, productStudio, nanoBanana, flirtStudio];
