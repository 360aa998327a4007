/** The providers whose work may outlive a call: all that a webhook can come from. Kept apart, so that its function carries no more. */
import { fal } from './fal.ts';
import { httpWorker } from './http-worker.ts';
import { modal } from './modal.ts';
import { piapi } from './piapi.ts';
import { type Openings, opening } from './registry.ts';
import { replicate } from './replicate.ts';
import { runpod } from './runpod.ts';

export const taskProviders: Openings = {
  replicate: opening(replicate),
  fal: opening(fal),
  piapi: opening(piapi),
  runpod: opening(runpod),
  modal: opening(modal),
  'http-worker': opening(httpWorker),
};
