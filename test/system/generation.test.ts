/** What users do with tools, on one stack. */
import { afterAll } from '@jest/globals';
import './generations.suite.ts';
import './options.suite.ts';
import './prompts.suite.ts';
import './library.suite.ts';
import './slow-jobs.suite.ts';
import { closeSharedStack } from './shared-stack.ts';

afterAll(closeSharedStack);
