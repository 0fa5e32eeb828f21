import { liveRefsOf } from '../catalogue/article-counts.ts'
import { rangesIn } from '../lib/languages.ts'
import { parseTerms, type Term } from '../lib/search-syntax.ts'
import { stemmedAmong } from '../lib/stems.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleFilters } from './filters.ts'

/**
 * What is searched for in what is live. Other forms of a word are found in the languages that the search is limited to,
 * or in all that there are.
 */
export async function parseSearchTerms(
  db: Reader,
  q: string,
  { language }: Pick<ArticleFilters, 'language'>,
): Promise<Term[]> {
  const ranges = language === undefined ? null : rangesIn(language)
  return parseTerms(q, stemmedAmong(ranges ?? (await liveRefsOf(db, 'language'))))
}
