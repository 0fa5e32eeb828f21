import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The folder of builds, inside node_modules, so that a build finds its packages. */
const builds = join(root, 'node_modules/.cache/dateline')

/**
 * The folder with the present sources compiled, built once, however many runs ask for it: in `sqlite` and again in
 * `postgres`, since the modules of one folder have one engine.
 */
export function build() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  const state = sources
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).mtimeMs}`)
  const built = join(builds, createHash('sha256').update(state.join('\n')).digest('hex').slice(0, 16))
  if (existsSync(built)) return built
  mkdirSync(builds, { recursive: true })
  const fresh = mkdtempSync(join(builds, 'fresh-'))
  for (const name of ['docs', 'migrations', 'package.json']) symlinkSync(join(root, name), join(fresh, name))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // `npm run check` checks the types.
  const options = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(fresh, 'sqlite')]
  execFileSync(process.execPath, [tsc, ...options], { cwd: root })
  cpSync(join(fresh, 'sqlite'), join(fresh, 'postgres'), { recursive: true })
  try {
    renameSync(fresh, built)
  } catch {
    // Another process has built the same meanwhile.
    rmSync(fresh, { recursive: true })
  }
  return built
}

/** The engine of a project's tests. */
export const engineOf = ({ displayName }) => (displayName.name === 'postgres' ? 'postgres' : 'sqlite')
