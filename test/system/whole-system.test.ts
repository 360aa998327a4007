/** What apps, their users and their credits see of the system, and what it costs, on one stack. */
import { afterAll } from '@jest/globals';
import './access.suite.ts';
import './apps.suite.ts';
import './credits-api.suite.ts';
import './ledger-path.suite.ts';
import './job-cost.suite.ts';
import './reference.suite.ts';
import { closeSharedStack } from './shared-stack.ts';

afterAll(closeSharedStack);
