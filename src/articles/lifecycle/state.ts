/** The state of an article in the workflow, and how a transition is saved. */
import { eq, sql } from 'drizzle-orm'
import type { WriteContext } from '../../access/write-context.ts'
import { audit } from '../../audit/log.ts'
import { Problem } from '../../lib/problem.ts'
import { prepared } from '../../storage/prepared-statements.ts'
import { articles } from '../../storage/schema.ts'
import type { Writer } from '../../storage/storage.ts'
import { wasLive } from '../publication-dates.ts'
import type { ArticleRow } from '../store.ts'
import { allowedIn, type State, statusAfter, type TransitionName } from './workflow.ts'

/** The state of an article in the workflow. */
export const stateOf = (article: ArticleRow): State => ({
  status: article.status as State['status'],
  wasLive: wasLive(article),
  isScheduled: article.publishAt !== null,
})

/** The problem `transition-not-allowed` for what only a live article takes; it lists the transitions that are allowed. */
export function notLive(article: ArticleRow, detail: string): Problem {
  const state = stateOf(article)
  return new Problem('transition-not-allowed', detail, {
    extensions: { state: state.status, allowed: allowedIn(state) },
  })
}

/** The only columns that a transition changes: to set the others, too, would make SQLite write their indexes again. */
const columns = [
  'status',
  'liveVersion',
  'liveSlug',
  'publishedAt',
  'updatedAt',
  'publishAt',
  'embargoUntil',
  'deletedAt',
] as const satisfies (keyof ArticleRow)[]
const updateState = prepared('update_article_state', (tx: Writer) =>
  tx
    .update(articles)
    .set(Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)])))
    .where(eq(articles.id, sql.placeholder('id'))),
)

/** Stores the state of an article after a transition, and an entry in the audit log. Gives the article. */
export async function saveTransition(
  tx: Writer,
  context: WriteContext,
  name: TransitionName | 'trash' | 'restore',
  article: ArticleRow,
): Promise<ArticleRow> {
  await updateState(tx, { ...article })
  const { id, version } = article
  await audit(tx, context, { action: `article.${name}`, target: id, from: version, to: version })
  return article
}

/** A transition within review (`submit` or `return`): it changes the status alone, and nothing for the public. */
export const moveForReview =
  (name: Extract<TransitionName, 'submit' | 'return'>) =>
  (tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> =>
    saveTransition(tx, context, name, { ...article, status: statusAfter(stateOf(article), name) })
