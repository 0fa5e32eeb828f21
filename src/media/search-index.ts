/** The full-text index of media: its title, its texts, and those of its file. */
import { desc, isNotNull, type SQL, sql } from 'drizzle-orm'
import { parseTerms } from '../lib/search-syntax.ts'
import { tokensIn } from '../lib/tokenizer.ts'
import { deleteTokens, GAP, isMediaMatching, matchTerms, putTokens } from '../storage/fulltext.ts'
import { media } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { MediaRow } from './renditions.ts'

type Indexed = Pick<MediaRow, 'name' | 'alt' | 'caption' | 'credit' | 'fileName' | 'metadata' | 'rights'>

/** A key for a new entry. It is unique because write transactions run one at a time. */
export async function newSearchKey(db: Reader): Promise<number> {
  const [last] = await db
    .select({ key: media.searchKey })
    .from(media)
    .where(isNotNull(media.searchKey))
    .orderBy(desc(media.searchKey))
    .limit(1)
  return (last?.key ?? 0) + 1
}

/** Puts the texts of an entry into the index; replaces those that have its key. */
export async function indexMedia(tx: Writer, row: Indexed & { searchKey: number | null }): Promise<void> {
  if (row.searchKey === null) return
  await deleteTokens(tx, 'media', row.searchKey)
  const positioned = textsOf(row).flatMap((text) => [GAP, ...tokensIn(text).map(({ word }) => word)])
  await putTokens(tx, 'media', row.searchKey, { positioned: positioned.slice(1), unpositioned: [] })
}

/** Whether two states of an entry have other texts. */
export const hasOtherTexts = (one: Indexed, other: Indexed): boolean =>
  JSON.stringify(textsOf(one)) !== JSON.stringify(textsOf(other))

function textsOf({ name, alt, caption, credit, fileName, metadata, rights }: Indexed): string[] {
  const {
    keywords = [],
    headline,
    caption: ownCaption,
    credit: ownCredit,
    creator,
    copyright,
    city,
    country,
  } = metadata
  const ofFile = [headline, ownCaption, ownCredit, creator, copyright, city, country, ...keywords]
  const texts = [name, alt, caption, credit, fileName, rights.holder, ...ofFile]
  return texts.filter((text) => typeof text === 'string')
}

/** The predicate that an entry has all words of a query, or words that begin so; phrases are in quotation marks. */
export function matchesMedia(query: string): SQL {
  const terms = parseTerms(query).map((term) => ({ ...term, prefix: true, stems: [] }))
  return terms.length === 0 ? sql`1 = 0` : isMediaMatching(media.searchKey, matchTerms(terms, 'all'))
}
