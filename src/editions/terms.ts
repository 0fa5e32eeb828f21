import { liveRefsOf } from '../catalogue/counts.ts'
import { rangesIn } from '../lib/languages.ts'
import { type Term, termsIn } from '../lib/query.ts'
import { stemmedAmong } from '../lib/stems.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleFilters } from './filters.ts'

/**
 * What is searched for in what is live. Other forms of a word are found in the languages that the search is limited to,
 * or in all that there are.
 */
export async function liveTerms(
  db: Reader,
  q: string,
  { language }: Pick<ArticleFilters, 'language'>,
): Promise<Term[]> {
  const ranges = language === undefined ? null : rangesIn(language)
  return termsIn(q, stemmedAmong(ranges ?? (await liveRefsOf(db, 'language'))))
}
