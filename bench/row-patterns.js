/** The rows that Dateline has written for articles, as patterns for the rows of others. */

import { randomUUID } from 'node:crypto'
import { tokensOfEdition } from './tokens.js'

/** What every table names an article by; `articles` itself does so by `id`. */
const NAMES = ['article', 'target']

/**
 * The tables that hold rows of articles, with the column that names the article.
 * @param {import('better-sqlite3').Database} db
 */
function tablesOf(db) {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
  return tables.flatMap((table) => {
    const columns = db.pragma(`table_info(${table})`).map(({ name }) => name)
    const key = table === 'articles' ? 'id' : NAMES.find((name) => columns.includes(name))
    return key === undefined ? [] : [{ table, key, columns }]
  })
}

/** A table comes after those its rows refer to. */
const ORDER = ['articles', 'editions']
const byOrder = (a, b) => rank(a.table) - rank(b.table)
const rank = (table) => (ORDER.includes(table) ? ORDER.indexOf(table) : ORDER.length)

/**
 * Patterns of articles, handed out in turn.
 * @param {import('better-sqlite3').Database} source where the models are read
 * @param {import('better-sqlite3').Database} db where the rows are written
 * @param {{ id: string, reply: { headers: object, body: string } }[]} models
 */
export async function articlePatterns(source, db, models) {
  const tables = tablesOf(source).sort(byOrder)
  const writers = new Map(tables.map((one) => [one.table, writerOf(db, one)]))
  const nextChange = db.prepare('select coalesce(max(seq), 0) + 1 from changes').pluck()
  const nextKey = db.prepare('select coalesce(max(search_key), 0) + 1 from editions').pluck()
  const index = db.prepare('insert into edition_index (rowid, tokens) values (?, ?)')
  const count = db.prepare(
    'insert into ref_counts values (?, ?, 1) on conflict (kind, ref) do update set editions = editions + 1',
  )
  const patternOf = async ({ id, reply }) => {
    const rows = rowsOf(source, tables, id)
    const edition = rows.find(({ table }) => table === 'editions')
    const tokens = edition && (await tokensOfEdition(edition.row))
    return { id, reply, rows, tokens }
  }
  const patterns = await Promise.all(models.map(patternOf))
  let turn = 0
  return {
    next(id, headline) {
      const pattern = patterns[turn++ % patterns.length]
      const [{ row: model }] = pattern.rows
      const slug = headline.toLowerCase().replaceAll(' ', '-')
      const renamed = (value) => rename(value, [model.id, id], [model.slug, slug])
      return {
        write() {
          for (const { table, row } of pattern.rows) {
            const values = Object.values(row).map(renamed)
            if (table === 'changes') values[Object.keys(row).indexOf('seq')] = nextChange.get()
            if (table === 'editions') {
              const key = nextKey.get()
              values[Object.keys(row).indexOf('search_key')] = key
              index.run(key, pattern.tokens)
            }
            // Dateline indexes working copies later.
            if (table === 'articles')
              for (const name of ['search_key', 'indexed_version']) values[Object.keys(row).indexOf(name)] = null
            if (table === 'edition_refs' && COUNTED.includes(row.kind)) count.run(row.kind, row.ref)
            if (table === 'audit_log') values[Object.keys(row).indexOf('id')] = randomUUID()
            writers.get(table).run(values)
          }
          return pattern.reply
        },
      }
    },
  }
}

/** Kinds of references that are counted. */
const COUNTED = ['author', 'language', 'section', 'source', 'tag']

const rename = (value, ...pairs) =>
  typeof value === 'string' ? pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value) : value

function rowsOf(source, tables, id) {
  return tables.flatMap(({ table, key }) =>
    source
      .prepare(`select * from ${table} where ${key} = ?`)
      .all(id)
      .map((row) => ({ table, row })),
  )
}

function writerOf(db, { table, columns }) {
  return db.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`)
}
