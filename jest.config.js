/** One suite, two engines: every test of the API runs on SQLite files and on PostgreSQL. */
const project = (displayName, ignored) => ({
  displayName,
  rootDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ignored,
  setupFiles: [`<rootDir>/test/harness/${displayName}.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }] },
})

export default {
  maxWorkers: '100%',
  projects: [
    project('sqlite', []),
    // What touches no database is tested once.
    project('postgres', ['<rootDir>/test/body/', '<rootDir>/test/project/']),
  ],
}
