/** What users hear without asking: over sockets, in their inboxes, in a browser; on one stack. */
import { afterAll } from '@jest/globals';
import './realtime/generations.suite.ts';
import './realtime/connections.suite.ts';
import './realtime/faults.suite.ts';
import './realtime/many.suite.ts';
import './realtime/money.suite.ts';
import './realtime/browser.suite.ts';
import { closeSharedStack } from './shared-stack.ts';

afterAll(closeSharedStack);
