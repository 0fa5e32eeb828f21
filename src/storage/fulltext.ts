/**
 * The index of live articles: FTS5 on SQLite, `tsvector` on PostgreSQL. Both are given the same tokens in the same order
 * and asked in the same terms; a row is known by a number that sorts by time, so that the newest matches are the first.
 */
import { type SQL, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import type { Term } from '../lib/query.ts'
import { dialect } from './columns.ts'
import { prepared, type Reader, type Writer } from './storage.ts'

/** In which parts all terms have to stand: anywhere, in headline and summary, in the headline. */
export type Part = 'all' | 'top' | 'headline'

/**
 * Tokens that are no words of a text begin with a character for private use, which no word has. A word of the headline
 * has a token of its own beside the word itself: so the few articles that have it there are found without a look at all
 * that have it somewhere.
 */
const IN_PART: Record<Part, string> = { all: '', top: '\ue002', headline: '\ue001' }
const REFERENCE = '\ue000'
/** Stands between two texts, so that no phrase goes from one into the next. */
export const GAP = '\ue003'

/** The tokens of words that stand in a part. */
export const inPart = (words: string[], part: Part): string[] => words.map((word) => IN_PART[part] + word)

/** The token of what an article refers to: an id of a kind, or a language tag. */
export const referenceToken = (kind: string, ref: string): string =>
  `${REFERENCE}${kind}${ref}`.replace(/[^\ue000\p{L}\p{N}]/gu, '')

const isSqlite = dialect === 'sqlite'

/** The table as each engine has it; made by hand in the migrations, since it is of no kind that the schema knows. */
const onSqlite = sqlite.sqliteTable('edition_index', {
  key: sqlite.integer('rowid').notNull(),
  tokens: sqlite.text('tokens'),
})
const onPostgres = pg.pgTable('edition_index', {
  key: pg.bigint('key', { mode: 'number' }).primaryKey(),
  tokens: pg
    .customType<{ data: string }>({ dataType: () => 'tsvector' })('tokens')
    .notNull(),
})
/** The index; `key` names a row. */
export const editionIndex: typeof onSqlite = isSqlite ? onSqlite : (onPostgres as unknown as typeof onSqlite)

const insert = prepared('insert_tokens', (tx: Writer) =>
  tx.insert(editionIndex).values({ key: sql.placeholder('key'), tokens: sql.placeholder('tokens') } as never),
)

/** Puts the tokens of an article into the index, under a number. */
export async function putTokens(tx: Writer, key: number, tokens: string[]): Promise<void> {
  await insert(tx, { key, tokens: isSqlite ? tokens.join(' ') : vectorOf(tokens) })
}

const remove = prepared('delete_tokens', (tx: Writer) =>
  tx.delete(editionIndex).where(sql`${editionIndex.key} = ${sql.placeholder('key')}`),
)

/** Takes an article out of the index. */
export const dropTokens = async (tx: Writer, key: number): Promise<void> => void (await remove(tx, { key }))

/** The last place that PostgreSQL knows in a text, and how many places of one token. */
const LAST_PLACE = 16_383
const MOST_PLACES = 250

/** A `tsvector` as text: each token with its places. */
function vectorOf(tokens: string[]): string {
  const places = new Map<string, number[]>()
  for (const [index, token] of tokens.entries()) {
    const list = places.get(token) ?? []
    if (list.length < MOST_PLACES) list.push(Math.min(index + 1, LAST_PLACE))
    places.set(token, list)
  }
  return [...places].map(([token, list]) => `'${token}':${list.join()}`).join(' ')
}

/** A query for the articles that have all terms in a part. Words are letters and digits only. */
export function match(terms: Term[], part: Part): string {
  return allOf(terms.map(({ words, prefix }) => phrase(inPart(words, part), prefix)))
}

function phrase(tokens: string[], prefix: boolean): string {
  if (isSqlite) return `"${tokens.join(' ')}"${prefix ? ' *' : ''}`
  const last = tokens.length - 1
  return tokens.map((token, index) => `'${token}'${prefix && index === last ? ':*' : ''}`).join(' <-> ')
}

/** A query for the articles that refer to any of these. */
export const refersTo = (kind: string, refs: string[]): string =>
  `(${refs.map((ref) => phrase([referenceToken(kind, ref)], false)).join(isSqlite ? ' OR ' : ' | ')})`

/** What matches all the queries. */
export const allOf = (queries: string[]): string =>
  queries.map((query) => `(${query})`).join(isSqlite ? ' AND ' : ' & ')

/** What matches the first and not the second. */
export const butNot = (wanted: string, other: string): string =>
  isSqlite ? `(${wanted}) NOT (${other})` : `(${wanted}) & !(${other})`

/** That a row of the index matches; `query` is a text or a placeholder for one. */
export const matches = (query: unknown): SQL =>
  isSqlite ? sql`edition_index match ${query}` : sql`edition_index.tokens @@ ${query}::tsquery`

/** FTS5 takes commands as rows of the index (https://sqlite.org/fts5.html, section 6.8). */
const commands = sqlite.sqliteTable('edition_index', {
  command: sqlite.text('edition_index'),
  rank: sqlite.integer('rank'),
})
/** How many pages of 4 kB one step of a merge writes. */
const STEP = 16

/**
 * A step towards an index of one piece: FTS5 adds each write as a piece of its own, merges only some of them by itself,
 * and looks in every piece for every word. Gives whether there is more to do; on PostgreSQL there never is.
 */
export async function mergeSome(tx: Writer, isFirst: boolean): Promise<boolean> {
  if (!isSqlite) return false
  const written = async () => {
    const [row] = await tx.select({ total: sql<number>`total_changes()` }).from(sql`(select 1)`)
    return row?.total ?? 0
  }
  const before = await written()
  // A negative number makes all pieces candidates, a positive one goes on.
  await tx.insert(commands).values({ command: 'merge', rank: isFirst ? -STEP : STEP })
  return (await written()) - before >= 2
}

/** The members of a list that is given as JSON, as a subquery. */
export const membersOf = (json: unknown): SQL =>
  isSqlite ? sql`(select value from json_each(${json}))` : sql`(select json_array_elements_text(${json}::json))`

/** How many of the newest texts PostgreSQL takes its vocabulary from: it has no list of all words. */
const SAMPLE = 2_000

const onVocabulary = sql`(select term as word, doc as texts from edition_vocabulary where term >= ${sql.placeholder('from')} and term < ${sql.placeholder('to')}) as known`
const onSample = sql`(select word, ndoc as texts from ts_stat(${sql.raw(`'select tokens from edition_index order by key desc limit ${SAMPLE}'`)}) where word >= ${sql.placeholder('from')} and word < ${sql.placeholder('to')}) as known`

const selectKnown = prepared('known_words', (db) =>
  db
    .select({ word: sql<string>`known.word`, texts: sql<number>`known.texts`.mapWith(Number) })
    .from(isSqlite ? onVocabulary : onSample),
)

/** Words of the index that begin so, and in how many texts each is. */
export const knownWords = (db: Reader, beginning: string): Promise<{ word: string; texts: number }[]> =>
  selectKnown(db, { from: beginning, to: `${beginning}\u{10ffff}` })
