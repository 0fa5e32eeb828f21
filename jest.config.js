/** One suite, two engines: every test of the API runs on SQLite files and on PostgreSQL. */
const project = (displayName, ignored, more = {}) => ({
  displayName,
  rootDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ignored,
  setupFiles: [`<rootDir>/test/harness/${displayName}.ts`],
  setupFilesAfterEnv: ['<rootDir>/test/harness/close-all.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  ...more,
  transform: { '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }] },
})

export default {
  maxWorkers: '100%',
  // For a machine that is busy with other things; no test waits for time to pass.
  testTimeout: 60_000 * Math.max(1, Number(process.env.TEST_DEPTH ?? 1)),
  projects: [
    project('sqlite', []),
    // What touches no database is tested once.
    project('postgres', ['<rootDir>/test/body/', '<rootDir>/test/project/'], {
      globalSetup: '<rootDir>/test/harness/postgres-setup.js',
      globalTeardown: '<rootDir>/test/harness/postgres-teardown.js',
    }),
  ],
}
