import type { ArticleRow } from '../store.ts'

/** The time before which the article must not go live; null if it has no embargo, or that has ended. */
export const embargoOf = ({ embargoUntil }: Pick<ArticleRow, 'embargoUntil'>, now: string): string | null =>
  embargoUntil !== null && embargoUntil > now ? embargoUntil : null
