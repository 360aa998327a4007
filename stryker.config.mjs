/** Mutation testing of the ledger's rules: every small change of `services/credits/domain` must fail a test. `npm run mutate`. */
export default {
  mutate: ['services/credits/domain/*.ts', '!services/credits/domain/*.test.ts'],
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    config: {
      testEnvironment: 'node',
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': './jest.transform.mjs' },
      // The sandbox lies where the project's own configuration looks for no tests.
      testPathIgnorePatterns: ['/node_modules/'],
      // The properties find nearly everything too, but only after seconds.
      testMatch: ['**/services/credits/domain/!(*.properties).test.ts'],
    },
    enableFindRelatedTests: false,
  },
  // The tests are ES modules, which jest runs with this flag.
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  // The TypeScript compiler has no API any more with which its settings could be rewritten; nothing here needs them.
  tsconfigFile: 'none',
  concurrency: 2,
  timeoutMS: 20_000,
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  tempDirName: '.stryker-tmp',
  thresholds: { high: 95, low: 90, break: 90 },
};
