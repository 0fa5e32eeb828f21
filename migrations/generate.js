// Writes the migrations of both engines from src/storage/schema.ts: `npm run migrations -- --name add-something`.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Tables that are looked up by their whole primary key alone: no second b-tree for the row. */
const WITHOUT_ROWID = ['slugs', 'article_refs', 'edition_refs', 'ref_counts']

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

// drizzle-kit cannot say STRICT: without it SQLite would keep a text in an integer column.
for (const file of readdirSync(`${here}sqlite`).filter((name) => name.endsWith('.sql'))) {
  const path = `${here}sqlite/${file}`
  const strict = readFileSync(path, 'utf8').replace(
    /(CREATE TABLE `(\w+)` \((?:\n[^)].*)*\n\));/g,
    (_, table, name) => `${table} STRICT${WITHOUT_ROWID.includes(name) ? ', WITHOUT ROWID' : ''};`,
  )
  writeFileSync(path, strict)
}
