/**
 * Multiplies the articles of a database: `node bench/multiply.js <database> <times> <sample file>`. Each article is
 * copied with all that is read of it: its edition, its references, its place in the index, its slug and its changes; not
 * with its revisions and audit log, which are not public. Their times are between those of the others.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { tokensOfEdition } from './tokens.js'

const [file = '', times = '1', sampleFile = ''] = process.argv.slice(2)
const db = new Database(file)
db.pragma('synchronous = OFF')
db.pragma('foreign_keys = OFF')
db.pragma('cache_size = -500000')

/** A copy's id: that of its article with other last digits, so that ids still sort by time. */
const idOf = (/** @type {string} */ id, /** @type {number} */ copy) =>
  id.slice(0, -6) + (Number.parseInt(id.slice(-6), 16) ^ copy).toString(16).padStart(6, '0')
const slugOf = (/** @type {string} */ slug, /** @type {number} */ copy) => `${slug}-${copy}`

const { first, last, count } = db
  .prepare('select min(published_at) as first, max(published_at) as last, count(*) as count from editions')
  .get()
/** By how much a copy is later than the one before it, in milliseconds. */
const step = Math.floor((Date.parse(last) - Date.parse(first)) / count / Number(times))
const later = (/** @type {string} */ time, /** @type {number} */ copy) =>
  new Date(Date.parse(time) + copy * step).toISOString()

/** The columns in which copied rows differ from their models, computed from the model's row. */
const article = ({ article }, copy) => idOf(article, copy)
const published = ({ published_at }, copy) => later(published_at, copy)
const updated = ({ updated_at }, copy) => later(updated_at, copy)
const slug = (row, copy) => slugOf(row.slug, copy)
/** @type {Record<string, { where?: string, columns: Record<string, (row: any, copy: number) => unknown> }>} */
const tables = {
  articles: {
    columns: {
      id: ({ id }, copy) => idOf(id, copy),
      slug,
      live_slug: slug,
      created_at: ({ created_at }, copy) => later(created_at, copy),
      edited_at: ({ edited_at }, copy) => later(edited_at, copy),
      published_at: published,
      updated_at: updated,
    },
  },
  slugs: { where: "where kind = 'article'", columns: { slug, target: ({ target }, copy) => idOf(target, copy) } },
  editions: {
    columns: {
      article,
      slug,
      published_at: published,
      updated_at: updated,
      card: renamed('card'),
      document: renamed('document'),
      etag: (row, copy) => etagOf(row.version, renamed('document')(row, copy)),
      cache_tag: ({ cache_tag, article: id }, copy) => cache_tag.replace(id, idOf(id, copy)),
      search_key: ({ search_key }, copy) => search_key + copy * step * 1_024,
    },
  },
  edition_refs: { columns: { article, published_at: published } },
  publications: { columns: { article, at: ({ at }, copy) => later(at, copy) } },
  changes: {
    where: "where type like 'article.%'",
    columns: { seq: () => null, slug, target: ({ target }, copy) => idOf(target, copy) },
  },
}

function renamed(/** @type {string} */ column) {
  return (row, copy) => {
    const times = [row.published_at, row.updated_at]
    const pairs = [
      [row.article, idOf(row.article, copy)],
      [row.slug, slugOf(row.slug, copy)],
    ]
    for (const time of times) pairs.push([time, later(time, copy)])
    return pairs.reduce((text, [from, to]) => text.replaceAll(from, to), row[column])
  }
}

const etagOf = (version, document) =>
  `"${version}-${createHash('sha256').update(document).digest('base64url').slice(0, 22)}"`

const insertTokens = db.prepare('insert into edition_index (rowid, tokens) values (?, ?)')

/** The rows of a table, and what copies of them need. */
async function modelOf([table, { where = '', columns }]) {
  const rows = db.prepare(`select * from ${table} ${where}`).all()
  const names = Object.keys(rows[0] ?? {})
  const insert = db.prepare(`insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`)
  const tokens = table === 'editions' ? await Promise.all(rows.map(tokensOfEdition)) : undefined
  return { rows, columns, names, insert, tokens }
}
const models = await Promise.all(Object.entries(tables).map(modelOf))

for (let copy = 1; copy < Number(times); copy++)
  db.transaction(() => {
    for (const { rows, columns, names, insert, tokens } of models)
      for (const [at, row] of rows.entries()) {
        const values = names.map((name) => (name in columns ? columns[name](row, copy) : row[name]))
        insert.run(values)
        if (tokens) insertTokens.run(values[names.indexOf('search_key')], tokens[at])
      }
  })()
db.prepare('update ref_counts set editions = editions * ?').run(Number(times))
db.exec("insert into edition_index (edition_index) values ('optimize')")
db.exec('analyze')
db.pragma('wal_checkpoint(TRUNCATE)')
db.close()

const sample = JSON.parse(readFileSync(sampleFile, 'utf8'))
const spread = sample.map((one, index) => {
  const copy = index % Number(times)
  return copy === 0 ? one : { ...one, slug: slugOf(one.slug, copy), publishedAt: later(one.publishedAt, copy) }
})
writeFileSync(sampleFile, JSON.stringify(spread))
