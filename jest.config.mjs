export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './jest.transform.mjs' },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/cdk.out/'],
  modulePathIgnorePatterns: ['/cdk.out/'],
  reporters: ['default', './jest.summary.mjs'],
  // Two workers, as on the smallest CI machine; each may hold a whole local account.
  maxWorkers: 2,
};
