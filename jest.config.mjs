export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './jest.transform.mjs' },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/cdk.out/', '/.stryker-tmp/'],
  modulePathIgnorePatterns: ['/cdk.out/'],
  reporters: ['default', './jest.summary.mjs'],
  // For whole-system tests on a busy machine; a test that hangs still ends.
  testTimeout: 30_000,
  // Three on the two cores of the smallest CI machine: whole-system tests wait a third of their time. Each may hold a local account.
  maxWorkers: 3,
};
