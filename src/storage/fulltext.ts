/**
 * The full-text indexes: FTS5 on SQLite, `tsvector` on PostgreSQL. Both get the same tokens in the same order, and take
 * the same queries. One indexes the editions; the keys of its rows sort by time, so that the newest matches come first.
 * The others index the working copies and the media: what is not live is in no table that public replies are read from.
 */
import { type SQL, Subquery, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import type { Stem, Term } from '../lib/search-syntax.ts'
import { inSlices } from '../lib/slices.ts'
import { writeLast } from './deferred-writes.ts'
import { dialect } from './dialect.ts'
import { packedRows } from './packed-rows.ts'
import { preparedVariants } from './prepared-statements.ts'
import type { Reader, Writer } from './storage.ts'

/** The part of an article that must contain all terms: any, headline or summary, the headline. */
export type Part = 'all' | 'top' | 'headline'

/**
 * Tokens that are not words of a text begin with a private-use character, which no word contains. A word of the headline
 * has a second token, by which the few articles with it in their headline are found without reading all that contain it.
 */
const PART_PREFIX: Record<Part, string> = { all: '', top: '\ue002', headline: '\ue001' }
const REFERENCE = '\ue000'
/** Separates two texts, so that no phrase matches across them. */
export const GAP = '\ue003'
/** Delimits the language of a stem. */
const STEM = '\ue004'

/** The tokens of words in a part of an article. */
export const tokensOfWords = (words: string[], part: Part): string[] => words.map((word) => PART_PREFIX[part] + word)

/** The token of the stem of a word in a part of an article. */
export const stemToken = ({ language, stem }: Stem, part: Part): string =>
  `${PART_PREFIX[part]}${STEM}${language}${STEM}${stem}`

/** The token of a reference of an article: the id of an entry of this kind, or a language tag. */
export const referenceToken = (kind: string, ref: string): string =>
  `${REFERENCE}${kind}${ref}`.replace(/[^\ue000\p{L}\p{N}]/gu, '')

const isSqlite = dialect === 'sqlite'

/** An index as a table of drizzle. The migrations create it by hand, since drizzle-kit cannot. */
function indexTable<N extends string>(name: N) {
  const onSqlite = sqlite.sqliteTable(name, {
    key: sqlite.integer('rowid').notNull(),
    tokens: sqlite.text('tokens'),
  })
  const onPostgres = pg.pgTable(name, {
    key: pg.bigint('key', { mode: 'number' }).primaryKey(),
    tokens: pg
      .customType<{ data: string }>({ dataType: () => 'tsvector' })('tokens')
      .notNull(),
  })
  return isSqlite ? onSqlite : (onPostgres as unknown as typeof onSqlite)
}

/** The index of the editions. */
export const editionIndex = indexTable('edition_index')
/** The index of the working copies. */
export const draftIndex = indexTable('draft_index')
/** The index of the media. */
export const mediaIndex = indexTable('media_index')

const indexes = { live: editionIndex, drafts: draftIndex, media: mediaIndex }
type IndexName = keyof typeof indexes

const insert = preparedVariants('insert_tokens', (tx: Writer, index: IndexName) =>
  tx.insert(indexes[index]).values({ key: sql.placeholder('key'), tokens: sql.placeholder('tokens') } as never),
)

/** The tokens of an article. */
export interface Tokens {
  /** Words in the order of the texts: one each, or several with spaces between. */
  positioned: string[]
  /** Tokens without a position. */
  unpositioned: string[]
}

/** Adds the tokens of an article to an index. On SQLite the index has them when the transaction ends. */
export async function putTokens(tx: Writer, index: IndexName, key: number, tokens: Tokens): Promise<void> {
  const { positioned: placed, unpositioned: unplaced } = tokens
  const text = isSqlite ? [...placed, GAP, ...unplaced].join(' ') : await inSlices(vectorOf(tokens))
  await writeLast(tx, () => insert(tx, index, { key, tokens: text }))
}

const remove = preparedVariants('delete_tokens', (tx: Writer, index: IndexName) =>
  tx.delete(indexes[index]).where(sql`${indexes[index].key} = ${sql.placeholder('key')}`),
)

/** Deletes an article from an index, at the same time. */
export const deleteTokens = (tx: Writer, index: IndexName, key: number): Promise<void> =>
  writeLast(tx, () => remove(tx, index, { key }))

/** PostgreSQL's largest position in a `tsvector`, and largest number of positions of one token. */
const MAX_POSITION = 16_383
const MAX_POSITIONS = 250

/**
 * How large a `tsvector` may be, in bytes: PostgreSQL allows 1,048,575. With each lexeme it stores its positions: two bytes
 * each, their number, and up to a byte of padding.
 */
const MAX_VECTOR = 1_000_000
const sizeInVector = (token: string, positions: number): number => Buffer.byteLength(token) + 2 * positions + 3

/** How many lexemes are written in a step. */
const STEP = 1_000

/** A `tsvector` as text: each token with its positions. Tokens for which there is no room are left out, the last ones first. */
function* vectorOf({ positioned: placed, unpositioned: unplaced }: Tokens): Generator<void, string> {
  const places = new Map<string, number[]>()
  let position = 0
  for (const run of placed) {
    for (const token of run.split(' ')) {
      position += 1
      const list = places.get(token) ?? []
      if (list.length < MAX_POSITIONS) list.push(Math.min(position, MAX_POSITION))
      places.set(token, list)
    }
    yield
  }
  const lexemes: string[] = []
  let room = MAX_VECTOR
  const add = (token: string, list: number[]): void => {
    const size = sizeInVector(token, list.length)
    if (size > room) return
    room -= size
    lexemes.push(list.length > 0 ? `'${token}':${list.join()}` : `'${token}'`)
  }
  for (const [token, list] of places) {
    add(token, list)
    if (lexemes.length % STEP === 0) yield
  }
  for (const token of unplaced) add(token, [])
  return lexemes.join(' ')
}

/** A query for the articles with all terms in a part. Words consist of letters, digits and marks only. */
export function matchTerms(terms: Term[], part: Part): string {
  return matchAll(terms.map((term) => inAnyForm(term, part)))
}

/** The words of a term as they are, or another form of its only word. */
function inAnyForm({ words, prefix, stems = [] }: Term, part: Part): string {
  const exact = phrase(tokensOfWords(words, part), prefix)
  if (stems.length === 0) return exact
  return [exact, ...stems.map((stem) => phrase([stemToken(stem, part)], false))].join(OR)
}

const OR = isSqlite ? ' OR ' : ' | '

function phrase(tokens: string[], prefix: boolean): string {
  if (isSqlite) return `"${tokens.join(' ')}"${prefix ? ' *' : ''}`
  const last = tokens.length - 1
  return tokens.map((token, index) => `'${token}'${prefix && index === last ? ':*' : ''}`).join(' <-> ')
}

/** A query for the articles that refer to any of these ids. */
export const matchReferences = (kind: string, refs: string[]): string =>
  `(${refs.map((ref) => phrase([referenceToken(kind, ref)], false)).join(OR)})`

/** The conjunction of queries. */
export const matchAll = (queries: string[]): string =>
  queries.map((query) => `(${query})`).join(isSqlite ? ' AND ' : ' & ')

/** A query for what matches the first query and not the second. */
export const matchExcept = (query: string, excluded: string): string =>
  isSqlite ? `(${query}) NOT (${excluded})` : `(${query}) & !(${excluded})`

/**
 * Ends a statement of `boundedReader` at its deadline: SQLite evaluates this for rows that match, one in 32 of them;
 * PostgreSQL ends statements by itself.
 */
const isWithinDeadline = (key: SQL | sqlite.SQLiteColumn): SQL =>
  sql` and ((${key} / 1024) % 32 > 0 or within_deadline())`

/** A full-text query, and the range of keys that it covers; each is a value or a placeholder for one. */
export interface MatchRange {
  query: unknown
  low: unknown
  high: unknown
}

/** The order of matches by their keys. With `limit` there are no more than that; only for queries with no other predicate. */
interface MatchOrder {
  direction: 'asc' | 'desc'
  limit?: unknown
}

/**
 * The editions that match, as what a query selects from under the name of `editionIndex`, and the predicate that the
 * query needs. On PostgreSQL that is a function which always reads the index of tokens: the planner would often rather
 * read the rows by key, without knowing what it costs to fetch their tokens.
 */
export function editionMatches({ query, low, high }: MatchRange, order?: MatchOrder) {
  const { key } = editionIndex
  if (isSqlite)
    return {
      source: editionIndex,
      where: sql`edition_index match ${query} and ${key} >= ${low} and ${key} <= ${high}${isWithinDeadline(key)}`,
    }
  const { direction = 'desc', limit } = order ?? {}
  const sorted =
    order && sql` order by key ${sql.raw(direction)}${limit === undefined ? undefined : sql` limit ${limit}`}`
  const keys = sql`select key from edition_matches(${query}::tsquery, ${low}, ${high}) as key${sorted}`
  const matches = new Subquery(keys, { key: editionIndex.key }, 'edition_index')
  return { source: matches as unknown as typeof editionIndex, where: undefined }
}

/** The predicate that `key` is the key of an edition that matches. */
export const isEditionMatching = (key: sqlite.SQLiteColumn, query: unknown): SQL =>
  isSqlite
    ? sql`${key} in (select rowid from edition_index where edition_index match ${query}${isWithinDeadline(editionIndex.key)})`
    : sql`${key} in (select edition_matches(${query}::tsquery, ${sql.raw(EVERY_KEY)}))`
const EVERY_KEY = `${Number.MIN_SAFE_INTEGER}, ${Number.MAX_SAFE_INTEGER}`

/** The predicate that `key` is the key of a working copy that matches. */
export const isDraftMatching = (key: sqlite.SQLiteColumn, query: string): SQL =>
  isSqlite
    ? sql`${key} in (select rowid from draft_index where draft_index match ${query}${isWithinDeadline(draftIndex.key)})`
    : sql`${key} in (select draft_matches(${query}::tsquery))`

/** The predicate that `key` is the key of a media entry that matches. */
export const isMediaMatching = (key: sqlite.SQLiteColumn, query: string): SQL =>
  isSqlite
    ? sql`${key} in (select rowid from media_index where media_index match ${query})`
    : sql`${key} in (select key from media_index where tokens @@ ${query}::tsquery)`

/** FTS5 takes commands as inserts into the index (https://sqlite.org/fts5.html, section 6.8). */
const commandsOf = (name: string) =>
  sqlite.sqliteTable(name, { command: sqlite.text(name), rank: sqlite.integer('rank') })
const commands: Record<IndexName, ReturnType<typeof commandsOf>> = {
  live: commandsOf('edition_index'),
  drafts: commandsOf('draft_index'),
  media: commandsOf('media_index'),
}
/** How many pages of 4 kB one step of a merge writes. */
const MERGE_PAGES = 16

/**
 * One step of merging the segments of an index into one: FTS5 writes a segment for each transaction, merges only some of
 * them by itself, and searches all of them for every word. `isFirst` begins a merge, otherwise the last one goes on.
 * Gives whether there is more to do; on PostgreSQL there never is.
 */
export async function mergeStep(tx: Writer, index: IndexName, isFirst: boolean): Promise<boolean> {
  if (!isSqlite) return false
  const rowsWritten = async () => {
    const [row] = await tx.select({ total: sql<number>`total_changes()` }).from(sql`(select 1)`)
    return row?.total ?? 0
  }
  const before = await rowsWritten()
  // A negative number makes all segments candidates; a positive one goes on with the merge.
  await tx.insert(commands[index]).values({ command: 'merge', rank: isFirst ? -MERGE_PAGES : MERGE_PAGES })
  return (await rowsWritten()) - before >= 2
}

/** The elements of a JSON array, as a subquery. */
export const jsonArrayElements = (json: unknown): SQL =>
  isSqlite ? sql`(select value from json_each(${json}))` : sql`(select json_array_elements_text(${json}::json))`

/** How many of the newest texts the words come from on PostgreSQL, which has no table of all words. */
const SAMPLE_SIZE = 2_000

const from = sql.placeholder('from')
const to = sql.placeholder('to')
const lengths = sql`between ${sql.placeholder('shortest')} and ${sql.placeholder('longest')}`
const fromVocabulary = sql`(select term as word, doc as texts from edition_vocabulary where term >= ${from} and term < ${to} and length(term) ${lengths} and within_deadline()) as known`
const fromSample = sql`(select word, ndoc as texts from ts_stat(${sql.raw(`'select tokens from edition_index order by key desc limit ${SAMPLE_SIZE}'`)}) where word collate "C" >= ${from} and word collate "C" < ${to} and length(word) ${lengths}) as known`

const selectWords = packedRows('known_words', ['word', 'texts'], (db) =>
  db
    .select({ word: sql`known.word`.as('word'), texts: sql`known.texts`.as('texts') })
    .from(isSqlite ? fromVocabulary : fromSample),
)

/**
 * The words of editions that begin with a prefix and have so many characters, and the number of texts that contain each.
 */
export async function wordsWithPrefix(
  db: Reader,
  prefix: string,
  { shortest, longest }: { shortest: number; longest: number },
): Promise<{ word: string; texts: number }[]> {
  const rows = await selectWords(db, null, { from: prefix, to: `${prefix}\u{10ffff}`, shortest, longest })
  return rows.map(({ word, texts }) => ({ word, texts: Number(texts) }))
}
