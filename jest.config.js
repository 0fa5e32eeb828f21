import { availableParallelism } from 'node:os'

// Packages that are large, or have to be the same that the service has; they are loaded once per process, as it is.
const onceLoaded = 'drizzle-orm|fast-check|zod'

/**
 * One suite, two engines. The files in `test/` test the API, on SQLite files and on PostgreSQL; those in its folders
 * test what touches no database, or a process of its own, and run once.
 */
const project = (displayName, files, more = {}) => ({
  displayName,
  rootDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
  testMatch: files.map((pattern) => `<rootDir>/test/${pattern}`),
  globalSetup: '<rootDir>/test/harness/setup.js',
  testEnvironment: '<rootDir>/test/harness/environment.js',
  setupFilesAfterEnv: ['<rootDir>/test/harness/close-all.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(better-sqlite3|supertest)$': '<rootDir>/test/harness/once/$1.js' },
  transformIgnorePatterns: [`/node_modules/(?!(${onceLoaded})/)`],
  transform: {
    [`/src/.*\\.ts$|/harness/once/|/node_modules/(${onceLoaded})/.*(?<!\\.cjs)$`]:
      '<rootDir>/test/harness/load-once.js',
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
  },
  ...more,
})

export default {
  // More than there are cores: some suites wait for processes that they start, or for a network that is silent.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // Against tests that never end. It is long, for machines that are slow or busy; no test waits for time to pass.
  testTimeout: 300_000 * Math.max(1, Number(process.env.TEST_DEPTH ?? 1)),
  // A worker that has loaded native libraries takes longer to end than the 500 ms that it has by default.
  workerGracefulExitTimeout: 30_000,
  projects: [
    project('sqlite', ['*.test.ts', '!(faults|postgres)/**/*.test.ts']),
    // Processes that are killed, disks that are full: by `npm run test:faults`.
    project('faults', ['faults/*.test.ts']),
    project('postgres', ['*.test.ts', 'postgres/*.test.ts'], {
      globalSetup: '<rootDir>/test/harness/postgres-setup.js',
      globalTeardown: '<rootDir>/test/harness/postgres-teardown.js',
    }),
  ],
}
