/**
 * The indexes of words: FTS5 on SQLite, `tsvector` on PostgreSQL. Both are given the same tokens in the same order and
 * asked in the same terms. One has what is live; its rows are known by numbers that sort by time, so that the newest
 * matches are the first. The other has the working copies: what is not live is in no table that the world is answered from.
 */
import { type SQL, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import type { Stem, Term } from '../lib/search-syntax.ts'
import { dialect } from './dialect.ts'
import { prepared, preparedVariants } from './prepared-statements.ts'
import type { Reader, Writer } from './storage.ts'

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
/** Stands before the language of a stem, and behind it. */
const STEM = '\ue004'

/** The tokens of words that stand in a part. */
export const inPart = (words: string[], part: Part): string[] => words.map((word) => IN_PART[part] + word)

/** The tokens of stems of words that stand in a part. */
export const stemsInPart = (stems: Stem[], part: Part): string[] =>
  stems.map(({ language, stem }) => `${IN_PART[part]}${STEM}${language}${STEM}${stem}`)

/** The token of what an article refers to: an id of a kind, or a language tag. */
export const referenceToken = (kind: string, ref: string): string =>
  `${REFERENCE}${kind}${ref}`.replace(/[^\ue000\p{L}\p{N}]/gu, '')

const isSqlite = dialect === 'sqlite'

/** A table as each engine has it; made by hand in the migrations, since it is of no kind that the schema knows. */
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

/** The index of what is live; `key` names a row. */
export const editionIndex = indexTable('edition_index')
/** The index of the working copies. */
export const draftIndex = indexTable('draft_index')

const indexes = { live: editionIndex, drafts: draftIndex }
type IndexName = keyof typeof indexes

const insert = preparedVariants('insert_tokens', (tx: Writer, index: IndexName) =>
  tx.insert(indexes[index]).values({ key: sql.placeholder('key'), tokens: sql.placeholder('tokens') } as never),
)

/** What an article is found by: tokens in the order of its texts, and some that stand nowhere in particular. */
export interface Tokens {
  placed: string[]
  unplaced: Iterable<string>
}

/** Puts the tokens of an article into an index, under a number. */
export async function putTokens(tx: Writer, index: IndexName, key: number, tokens: Tokens): Promise<void> {
  const { placed, unplaced } = tokens
  await insert(tx, index, { key, tokens: isSqlite ? [...placed, GAP, ...unplaced].join(' ') : vectorOf(tokens) })
}

const remove = preparedVariants('delete_tokens', (tx: Writer, index: IndexName) =>
  tx.delete(indexes[index]).where(sql`${indexes[index].key} = ${sql.placeholder('key')}`),
)

/** Takes an article out of an index. */
export const dropTokens = async (tx: Writer, index: IndexName, key: number): Promise<void> =>
  void (await remove(tx, index, { key }))

/** The last place that PostgreSQL knows in a text, and how many places of one token. */
const LAST_PLACE = 16_383
const MOST_PLACES = 250

/** A `tsvector` as text: each token with its places. */
function vectorOf({ placed, unplaced }: Tokens): string {
  const places = new Map<string, number[]>()
  for (const [index, token] of placed.entries()) {
    const list = places.get(token) ?? []
    if (list.length < MOST_PLACES) list.push(Math.min(index + 1, LAST_PLACE))
    places.set(token, list)
  }
  const lexemes = [...places].map(([token, list]) => `'${token}':${list.join()}`)
  for (const token of unplaced) lexemes.push(`'${token}'`)
  return lexemes.join(' ')
}

/** A query for the articles that have all terms in a part. Words are letters, digits and marks only. */
export function match(terms: Term[], part: Part): string {
  return allOf(terms.map((term) => inAnyForm(term, part)))
}

/** The words of a term as they stand, or another form of its one word. */
function inAnyForm({ words, prefix, stems = [] }: Term, part: Part): string {
  const exact = phrase(inPart(words, part), prefix)
  if (stems.length === 0) return exact
  return [exact, ...stemsInPart(stems, part).map((token) => phrase([token], false))].join(OR)
}

const OR = isSqlite ? ' OR ' : ' | '

function phrase(tokens: string[], prefix: boolean): string {
  if (isSqlite) return `"${tokens.join(' ')}"${prefix ? ' *' : ''}`
  const last = tokens.length - 1
  return tokens.map((token, index) => `'${token}'${prefix && index === last ? ':*' : ''}`).join(' <-> ')
}

/** A query for the articles that refer to any of these. */
export const refersTo = (kind: string, refs: string[]): string =>
  `(${refs.map((ref) => phrase([referenceToken(kind, ref)], false)).join(OR)})`

/** What matches all the queries. */
export const allOf = (queries: string[]): string =>
  queries.map((query) => `(${query})`).join(isSqlite ? ' AND ' : ' & ')

/** What matches the first and not the second. */
export const butNot = (wanted: string, other: string): string =>
  isSqlite ? `(${wanted}) NOT (${other})` : `(${wanted}) & !(${other})`

const MATCHING: Record<IndexName, (query: unknown) => SQL> = isSqlite
  ? { live: (query) => sql`edition_index match ${query}`, drafts: (query) => sql`draft_index match ${query}` }
  : {
      live: (query) => sql`edition_index.tokens @@ ${query}::tsquery`,
      drafts: (query) => sql`draft_index.tokens @@ ${query}::tsquery`,
    }

/** That a row of the index of what is live matches; `query` is a text or a placeholder for one. */
export const matchesIndex = MATCHING.live

/** That a number is of a working copy that matches. */
export const isDraftMatching = (key: sqlite.SQLiteColumn, query: string): SQL =>
  sql`${key} in (select ${draftIndex.key} from ${draftIndex} where ${MATCHING.drafts(query)})`

/** FTS5 takes commands as rows of the index (https://sqlite.org/fts5.html, section 6.8). */
const commandsOf = (name: string) =>
  sqlite.sqliteTable(name, { command: sqlite.text(name), rank: sqlite.integer('rank') })
const commands: Record<IndexName, ReturnType<typeof commandsOf>> = {
  live: commandsOf('edition_index'),
  drafts: commandsOf('draft_index'),
}
/** How many pages of 4 kB one step of a merge writes. */
const STEP = 16

/**
 * A step towards an index of one piece: FTS5 adds each write as a piece of its own, merges only some of them by itself,
 * and looks in every piece for every word. Gives whether there is more to do; on PostgreSQL there never is.
 */
export async function mergeSome(tx: Writer, index: IndexName, isFirst: boolean): Promise<boolean> {
  if (!isSqlite) return false
  const written = async () => {
    const [row] = await tx.select({ total: sql<number>`total_changes()` }).from(sql`(select 1)`)
    return row?.total ?? 0
  }
  const before = await written()
  // A negative number makes all pieces candidates, a positive one goes on.
  await tx.insert(commands[index]).values({ command: 'merge', rank: isFirst ? -STEP : STEP })
  return (await written()) - before >= 2
}

/** The members of a list that is given as JSON, as a subquery. */
export const membersOf = (json: unknown): SQL =>
  isSqlite ? sql`(select value from json_each(${json}))` : sql`(select json_array_elements_text(${json}::json))`

/** How many of the newest texts PostgreSQL takes its vocabulary from: it has no list of all words. */
const SAMPLE = 2_000

const onVocabulary = sql`(select term as word, doc as texts from edition_vocabulary where term >= ${sql.placeholder('from')} and term < ${sql.placeholder('to')}) as known`
const onSample = sql`(select word, ndoc as texts from ts_stat(${sql.raw(`'select tokens from edition_index order by key desc limit ${SAMPLE}'`)}) where word collate "C" >= ${sql.placeholder('from')} and word collate "C" < ${sql.placeholder('to')}) as known`

const selectKnown = prepared('known_words', (db) =>
  db
    .select({ word: sql<string>`known.word`, texts: sql<number>`known.texts`.mapWith(Number) })
    .from(isSqlite ? onVocabulary : onSample),
)

/** Words of what is live that begin so, and in how many texts each is. */
export const knownWords = (db: Reader, beginning: string): Promise<{ word: string; texts: number }[]> =>
  selectKnown(db, { from: beginning, to: `${beginning}\u{10ffff}` })
