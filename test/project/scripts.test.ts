import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')

describe('npm start', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dateline-start-'))
    cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  /** A stand-in for what was compiled: it says what it is and what it was started with. */
  const program = (what: string) => `console.log(${JSON.stringify(what)}, ...process.argv.slice(2))`
  const npm = (...args: string[]) => spawnSync('npm', ['--silent', ...args], { cwd: folder, encoding: 'utf8' })

  it('starts what was built where the compiler was pruned', () => {
    write('dist/cli/main.js', program('built before'))
    expect(npm('start')).toMatchObject({ status: 0, stdout: 'built before serve\n', stderr: '' })
  })

  it('builds first where the compiler is there, and does not start what cannot be built', () => {
    write('dist/cli/main.js', program('stale'))
    const compiled = JSON.stringify(program('new'))
    write('node_modules/typescript/bin/tsc', `require('fs').writeFileSync('dist/cli/main.js', ${compiled})`)
    expect(npm('start')).toMatchObject({ status: 0, stdout: 'new serve\n' })
    write('node_modules/typescript/bin/tsc', 'process.exit(2)')
    expect(npm('start')).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('the Docker image', () => {
  const dockerfile = read('Dockerfile')

  it('has a Node whose version is pinned, and within what package.json asks for', () => {
    const [, version = ''] = /^ARG NODE=(\d+\.\d+\.\d+)$/m.exec(dockerfile) ?? []
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Docker's own variable.
    expect(images).toEqual(['node:${NODE}-slim', 'node:${NODE}-slim'])
    expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(20)
  })

  it('starts the service as npm start does', () => {
    const [, command = ''] = /^CMD (\[.+\])$/m.exec(dockerfile) ?? []
    const start = (JSON.parse(command) as string[]).join(' ')
    expect(JSON.parse(read('package.json')).scripts.start.endsWith(`exec ${start}`)).toBe(true)
    expect(read('docs/operations.md')).toContain(start)
  })

  it('is given all that it copies', () => {
    const admitted = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
    expect(copied).toContain('docs')
    for (const name of copied)
      expect([name, admitted.includes(`!${name}`), existsSync(join(root, name))]).toEqual([name, true, true])
  })
})

describe('the Docker image, as it is pruned', () => {
  it('keeps optional dependencies, as native binaries are', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { optional?: boolean }> }
    expect(packages['node_modules/@img/sharp-linux-x64']).toMatchObject({ optional: true })
    const [prune] = /npm prune.*$/m.exec(read('Dockerfile')) ?? []
    expect(prune).toContain('--omit=dev')
    expect(prune).not.toContain('optional')
  })
})

describe('the dependencies', () => {
  interface Locked {
    hasInstallScript?: boolean
    dev?: boolean
    optional?: boolean
    devOptional?: boolean
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path, locked]) => ({ name: path.replace(/^.*node_modules\//, ''), ...locked }))

  const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> }

  it('need an install script in one package, of those that are needed to run', () => {
    const running = withScripts
      .filter(({ dev, optional, devOptional }) => !dev && !optional && !devOptional)
      .filter(({ name }) => allowScripts[name] !== false)
    expect(running.map(({ name }) => name)).toEqual(['better-sqlite3'])
    expect(withScripts.length).toBeGreaterThan(running.length)
  })
})
