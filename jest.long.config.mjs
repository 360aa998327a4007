import config from './jest.config.mjs';

/** What takes minutes: a crash at every call, many racing users, a whole busy week, the quick start word for word. */
export default {
  ...config,
  testMatch: ['**/*.long.test.ts'],
  testPathIgnorePatterns: config.testPathIgnorePatterns.filter((pattern) => !pattern.includes('long')),
};
