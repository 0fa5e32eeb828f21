import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const src = new URL('../../src/', import.meta.url).pathname

/** Imports run one way: a folder imports from those before it, and nothing from those beside it. */
const layers = [
  ['lib', 'runtime'],
  ['access'],
  ['body', 'http', 'storage'],
  ['changes', 'audit', 'idempotency'],
  ['cache', 'jobs'],
  ['catalogue', 'keys'],
  ['media'],
  ['editions'],
  ['listing'],
  ['body-tasks', 'search'],
  ['articles'],
  ['backups', 'bulk', 'doctor', 'feeds', 'formats', 'metrics', 'sitemaps', 'syndication', 'trash', 'webhooks'],
  ['about', 'config'],
  ['app'],
  ['server', 'sample'],
  ['cli'],
]

interface Import {
  from: string
  to: string
  isType: boolean
}

const IMPORT = /^\s*(?:import|export)\s(type\s)?(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/gm

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
const imports: Import[] = files.flatMap((from) =>
  [...textOf(from).matchAll(IMPORT)].map(([, type, named, dynamic]) => {
    const to = named ?? dynamic ?? ''
    return { from, to: to.startsWith('.') ? relative(src, join(src, from, '..', to)) : to, isType: Boolean(type) }
  }),
)
const internal = imports.filter(({ to }) => to.endsWith('.ts'))

/** A folder of src, or the name of a file that stands by itself. */
const placeOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''
const rankOf = (place: string) => layers.findIndex((layer) => layer.includes(place))
const lines = (list: Import[]) => list.map(({ from, to }) => `${from} imports ${to}`)

describe('the architecture', () => {
  it('is read right', () => {
    expect(internal.length).toBeGreaterThan(100)
    expect(internal.filter(({ to }) => !files.includes(to))).toEqual([])
    expect(internal).toContainEqual({ from: 'storage/open.ts', to: 'storage/sqlite.ts', isType: false })
    expect(files.map(placeOf).filter((place) => rankOf(place) === -1)).toEqual([])
  })

  it('has imports that run one way', () => {
    const wrong = internal.filter(({ from, to }) => {
      const [a, b] = [placeOf(from), placeOf(to)]
      return a !== b && rankOf(b) >= rankOf(a)
    })
    expect(lines(wrong)).toEqual([])
  })

  it.each([
    ['lib', []],
    ['access', ['lib']],
    ['http', ['access', 'lib']],
    ['body', ['lib']],
    ['storage', ['access', 'lib']],
    ['changes', ['access', 'lib', 'storage']],
    ['cache', ['changes', 'http', 'lib', 'storage']],
    ['sample', []],
    ['config', ['lib']],
  ])('has %s import only %j', (place, allowed) => {
    const wrong = internal.filter(
      ({ from, to }) => placeOf(from) === place && ![place, ...allowed].includes(placeOf(to)),
    )
    expect(lines(wrong)).toEqual([])
  })

  it('has no cycles', () => {
    const next = new Map(files.map((file) => [file, internal.filter(({ from }) => from === file).map(({ to }) => to)]))
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, way: string[]): void => {
      if (way.includes(file)) return void cycles.push([...way.slice(way.indexOf(file)), file].join(' → '))
      if (done.has(file)) return
      for (const to of next.get(file) ?? []) visit(to, [...way, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('knows the engines only in storage', () => {
    const engines = /^(drizzle-orm\/.+|better-sqlite3|pg|@electric-sql\/.+)$/
    const wrong = imports.filter(({ from, to, isType }) => placeOf(from) !== 'storage' && engines.test(to) && !isType)
    expect(lines(wrong)).toEqual([])
  })

  it('decodes cursors in one place', () => {
    expect(files.filter((file) => /\bBuffer\.from\([^()]*, 'base64url'\)/.test(textOf(file)))).toEqual([
      'lib/cursor.ts',
    ])
  })

  it('builds no regular expression from a text', () => {
    expect(files.filter((file) => /\bRegExp\(/.test(textOf(file)))).toEqual([])
  })
})
