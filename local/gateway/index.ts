/** The AWS endpoint of the local account. */
export { createFaults } from './faults.ts';
export { listen } from './listener.ts';
export { startGateway } from './start-gateway.ts';
