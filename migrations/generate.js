// Writes the migrations of both engines from src/storage/schema.ts: `npm run migrations -- --name add-something`.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Tables that are looked up by their whole primary key alone: no second b-tree for the row. */
const WITHOUT_ROWID = ['slugs', 'article_refs', 'edition_refs', 'ref_counts']

/** What stands between the statements of a migration. */
const BREAK = '--> statement-breakpoint\n'

const here = new URL('.', import.meta.url).pathname
const kit = new URL('../node_modules/drizzle-kit/bin.cjs', import.meta.url).pathname
const root = new URL('..', import.meta.url).pathname

for (const [dialect, url] of [
  ['sqlite', ''],
  ['postgresql', 'postgres:'],
]) {
  const out = dialect === 'sqlite' ? 'sqlite' : 'postgres'
  execFileSync(
    process.execPath,
    [kit, 'generate', '--dialect', dialect, '--schema', 'src/storage/schema.ts', '--out', `migrations/${out}`].concat(
      process.argv.slice(2),
    ),
    { cwd: root, stdio: 'inherit', env: { ...process.env, DATABASE_URL: url } },
  )
}

for (const file of readdirSync(`${here}sqlite`).filter((name) => name.endsWith('.sql'))) {
  const path = `${here}sqlite/${file}`
  writeFileSync(path, withOldColumns(strict(readFileSync(path, 'utf8')), Number(file.slice(0, 4))))
}

for (const file of readdirSync(`${here}postgres`).filter((name) => name.endsWith('.sql'))) {
  const path = `${here}postgres/${file}`
  writeFileSync(path, columnsFirst(readFileSync(path, 'utf8')))
}

/** drizzle-kit writes a new primary key before the new columns that are in it. */
function columnsFirst(/** @type {string} */ sql) {
  const statements = sql.split(BREAK)
  const isKey = (/** @type {string} */ one) => / ADD CONSTRAINT "\w+" PRIMARY KEY/.test(one)
  const first = statements.findIndex(isKey)
  const isLate = (/** @type {string} */ one, /** @type {number} */ at) => at > first && / ADD COLUMN /.test(one)
  if (first === -1 || !statements.some(isLate)) return sql
  const late = statements.filter(isLate)
  const rest = statements.filter((one, at) => !isLate(one, at))
  return [...rest.slice(0, first), ...late, ...rest.slice(first)].map((one) => one.trim()).join(BREAK)
}

/** drizzle-kit cannot say STRICT: without it SQLite would keep a text in an integer column. */
function strict(/** @type {string} */ sql) {
  return sql.replace(
    /(CREATE TABLE `(?:__new_)?(\w+)` \((?:\n[^)].*)*\n\));/g,
    (_, table, name) => `${table} STRICT${WITHOUT_ROWID.includes(name) ? ', WITHOUT ROWID' : ''};`,
  )
}

/**
 * Where a table is built anew, drizzle-kit also copies the columns that the old one did not have: SQLite would take
 * their names for texts. They get their defaults.
 */
function withOldColumns(/** @type {string} */ sql, /** @type {number} */ number) {
  const snapshot = (/** @type {number} */ at) => {
    const file = `${here}sqlite/meta/${String(at).padStart(4, '0')}_snapshot.json`
    return JSON.parse(readFileSync(file, 'utf8')).tables
  }
  return sql.replace(/(INSERT INTO `__new_(\w+)`\([^)]*\) SELECT )(.*)( FROM )/g, (_, into, table, columns, from) => {
    const [before, now] = [snapshot(number - 1)[table].columns, snapshot(number)[table].columns]
    const value = (/** @type {string} */ name) => (name in before ? `"${name}"` : (now[name].default ?? 'NULL'))
    return (
      into + columns.replace(/"(\w+)"/g, (/** @type {string} */ _, /** @type {string} */ name) => value(name)) + from
    )
  })
}
