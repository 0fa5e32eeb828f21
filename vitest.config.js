import { defineConfig } from 'vitest/config'

/**
 * One suite, two engines. The files in `test/` test the API, on SQLite files and on PostgreSQL; those in its folders
 * test what touches no database, or a process of its own, and run once.
 */
const project = (name, engine, include, more = {}) => ({
  extends: true,
  test: {
    name,
    include: include.map((pattern) => `test/${pattern}`),
    // The engine is chosen once per process, when the first module is loaded.
    env: { DATABASE_URL: `${engine}:` },
    ...more,
  },
})

/** For a machine that is busy with other things; no test waits for time to pass. */
const timeout = 60_000 * Math.max(1, Number(process.env.TEST_DEPTH ?? 1))

export default defineConfig({
  test: {
    globals: true,
    // A process runs many files and loads each module once: to load the service costs more than most files do.
    pool: 'forks',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: timeout,
    hookTimeout: timeout,
    reporters: ['default'],
    setupFiles: ['test/harness/close-all.ts'],
    projects: [
      project('sqlite', 'sqlite', ['*.test.ts', '!(faults|postgres)/**/*.test.ts']),
      // Processes that are killed, disks that are full: by `npm run test:faults`.
      project('faults', 'sqlite', ['faults/*.test.ts']),
      project('postgres', 'postgres', ['*.test.ts', 'postgres/*.test.ts'], {
        globalSetup: ['test/harness/postgres-setup.js'],
      }),
    ],
  },
})
