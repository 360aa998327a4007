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
  // Two workers, as on the smallest CI machine; each may hold a whole local account.
  maxWorkers: 2,
};
