/**
 * The index of words: FTS5 on SQLite, `tsvector` on PostgreSQL. Both are given the same words and asked in the same
 * terms; a row is known by a number that sorts by time, so that the newest matches are the first.
 */
import { type SQL, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import type { Term } from '../lib/query.ts'
import { dialect } from './columns.ts'
import { prepared, type Reader, type Writer } from './storage.ts'

/** The words of a text, by the parts that differ in weight. */
export interface Words {
  headline: string[]
  summary: string[]
  body: string[]
}

/** In which parts all terms have to stand: anywhere, in headline and summary, in the headline; or there as one phrase. */
export type Part = 'all' | 'top' | 'headline'

const isSqlite = dialect === 'sqlite'

/** The table as each engine has it; made by hand in the migrations, since it is of no kind that the schema knows. */
const onSqlite = sqlite.sqliteTable('edition_words', {
  key: sqlite.integer('rowid').notNull(),
  headline: sqlite.text('headline'),
  summary: sqlite.text('summary'),
  body: sqlite.text('body'),
})
const onPostgres = pg.pgTable('edition_words', {
  key: pg.bigint('key', { mode: 'number' }).primaryKey(),
  words: pg
    .customType<{ data: string }>({ dataType: () => 'tsvector' })('words')
    .notNull(),
})
type Indexed = typeof onSqlite
/** The index; `key` names a row. */
export const editionWords: Pick<Indexed, 'key'> & Indexed = isSqlite ? onSqlite : (onPostgres as unknown as Indexed)

const insert = prepared('insert_words', (tx: Writer) =>
  tx.insert(editionWords).values(
    (isSqlite
      ? {
          key: sql.placeholder('key'),
          headline: sql.placeholder('headline'),
          summary: sql.placeholder('summary'),
          body: sql.placeholder('body'),
        }
      : { key: sql.placeholder('key'), words: sql.placeholder('words') }) as never,
  ),
)

/** Puts the words of a text into the index, under a number. */
export async function putWords(tx: Writer, key: number, { headline, summary, body }: Words): Promise<void> {
  const joined = { headline: headline.join(' '), summary: summary.join(' '), body: body.join(' ') }
  await insert(tx, { key, ...(isSqlite ? joined : { words: vectorOf({ headline, summary, body }) }) })
}

const remove = prepared('delete_words', (tx: Writer) =>
  tx.delete(editionWords).where(sql`${editionWords.key} = ${sql.placeholder('key')}`),
)

/** Takes the words of a text out of the index. */
export const dropWords = async (tx: Writer, key: number): Promise<void> => void (await remove(tx, { key }))

/** The last place that PostgreSQL knows in a text. */
const LAST_PLACE = 16_383
const WEIGHTS = { headline: 'A', summary: 'B', body: 'D' } as const

/** A `tsvector` as text: each word with its places, and their weight. */
function vectorOf(words: Words): string {
  const places = new Map<string, string[]>()
  let place = 0
  for (const part of ['headline', 'summary', 'body'] as const) {
    for (const word of words[part]) {
      place += 1
      const list = places.get(word) ?? []
      if (list.length < 250) list.push(`${Math.min(place, LAST_PLACE)}${WEIGHTS[part]}`)
      places.set(word, list)
    }
    // No phrase goes from one part into the next.
    place += 2
  }
  return [...places].map(([word, list]) => `'${word}':${list.join()}`).join(' ')
}

/** The terms as the engine takes them: all of them, in that part of a text. Words are letters and digits only. */
export function match(terms: Term[], part: Part): string {
  if (isSqlite) {
    const all = terms.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? ' *' : ''}`).join(' AND ')
    return { all: `(${all})`, top: `{headline summary} : (${all})`, headline: `{headline} : (${all})` }[part]
  }
  const weight = { all: '', top: 'AB', headline: 'A' }[part]
  const one = ({ words, prefix }: Term) => {
    const last = words.length - 1
    const signed = words.map((word, index) => {
      const signs = `${prefix && index === last ? '*' : ''}${weight}`
      return `'${word}'${signs && `:${signs}`}`
    })
    return `(${signed.join(' <-> ')})`
  }
  return `(${terms.map(one).join(' & ')})`
}

/** What matches the first and not the second. */
export const butNot = (wanted: string, other: string): string =>
  isSqlite ? `(${wanted}) NOT (${other})` : `(${wanted}) & !(${other})`

/** That a row of the index matches; `query` is a text or a placeholder for one. */
export const matches = (query: unknown): SQL =>
  isSqlite ? sql`edition_words match ${query}` : sql`edition_words.words @@ ${query}::tsquery`

/** The members of a list that is given as JSON, as a subquery. */
export const membersOf = (json: unknown): SQL =>
  isSqlite ? sql`(select value from json_each(${json}))` : sql`(select json_array_elements_text(${json}::json))`

/** How many of the newest texts PostgreSQL takes its vocabulary from: it has no list of all words. */
const SAMPLE = 2_000

const onVocabulary = sql`(select term as word, doc as texts from edition_vocabulary where term >= ${sql.placeholder('from')} and term < ${sql.placeholder('to')}) as known`
const onSample = sql`(select word, ndoc as texts from ts_stat(${sql.raw(`'select words from edition_words order by key desc limit ${SAMPLE}'`)}) where word >= ${sql.placeholder('from')} and word < ${sql.placeholder('to')}) as known`

const selectKnown = prepared('known_words', (db) =>
  db
    .select({ word: sql<string>`known.word`, texts: sql<number>`known.texts`.mapWith(Number) })
    .from(isSqlite ? onVocabulary : onSample),
)

/** Words of the index that begin so, and in how many texts each is. */
export const knownWords = (db: Reader, beginning: string): Promise<{ word: string; texts: number }[]> =>
  selectKnown(db, { from: beginning, to: `${beginning}\u{10ffff}` })
