import { defineConfig } from 'vitest/config'

/** For a machine that is busy with other things; no test waits for time to pass. */
const timeout = 60_000 * Math.max(1, Number(process.env.TEST_DEPTH ?? 1))

const project = (name, engine, files, more = {}) => ({
  test: {
    name,
    include: files.map((pattern) => `test/${pattern}`),
    // The engine is chosen once per process, when the first module is loaded.
    env: { DATABASE_URL: `${engine}:` },
    globals: true,
    // A process runs many files and loads the service once: that takes longer than many of the files.
    pool: 'forks',
    isolate: false,
    testTimeout: timeout,
    hookTimeout: timeout,
    setupFiles: ['test/harness/close-all.ts'],
    ...more,
  },
})

/**
 * One suite, two engines. The files in `test/` test the API, on SQLite files and on PostgreSQL; those in its folders
 * test what touches no database, or a process of its own, and run once. A process serves one project, hence the groups.
 */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      project('sqlite', 'sqlite', ['*.test.ts', '!(faults|postgres)/**/*.test.ts']),
      project('postgres', 'postgres', ['*.test.ts', 'postgres/*.test.ts'], {
        globalSetup: ['test/harness/postgres-setup.js'],
        sequence: { groupOrder: 1 },
      }),
      // Processes that are killed, disks that are full: by `npm run test:faults`.
      project('faults', 'sqlite', ['faults/*.test.ts'], { sequence: { groupOrder: 2 } }),
    ],
  },
})
