export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './jest.transform.mjs' },
  testMatch: ['**/*.test.ts'],
  // Those that take minutes have a run of their own: `npm run test:long`.
  testPathIgnorePatterns: ['/node_modules/', '/cdk.out/', '/.stryker-tmp/', '\\.long\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/cdk.out/'],
  reporters: ['default', './jest.summary.mjs'],
  // For whole-system tests on a busy machine; a test that hangs still ends.
  testTimeout: 30_000,
  // Three on the two cores of the smallest CI machine: whole-system tests wait a third of their time. Each may hold a local account.
  maxWorkers: 3,
  // Modules of a file that is done are not all given back.
  workerIdleMemoryLimit: '1500MB',
};
