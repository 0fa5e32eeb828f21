/** The state of an article in the workflow, and how a transition is saved. */
import type { WriteContext } from '../../access/write-context.ts'
import { audit } from '../../audit/log.ts'
import { Problem } from '../../lib/problem.ts'
import { updateChanged } from '../../storage/prepared-statements.ts'
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

type AuditedTransition = TransitionName | 'trash' | 'restore'

/** Stores what a transition changes in the row of an article, and an entry in the audit log. Gives the article. */
export async function saveTransition(
  tx: Writer,
  context: WriteContext,
  name: AuditedTransition,
  before: ArticleRow,
  changes: Partial<ArticleRow>,
): Promise<ArticleRow> {
  const after = { ...before, ...changes }
  await updateChanged(tx, articles, { key: articles.id, value: before.id }, [before, after])
  await auditTransition(tx, context, name, after)
  return after
}

/** Adds a transition to the audit log. */
export const auditTransition = (
  tx: Writer,
  context: WriteContext,
  name: AuditedTransition,
  { id, version }: ArticleRow,
): Promise<void> => audit(tx, context, { action: `article.${name}`, target: id, from: version, to: version })

/** A transition within review (`submit` or `return`): it changes the status alone, and nothing for the public. */
export const moveForReview =
  (name: Extract<TransitionName, 'submit' | 'return'>) =>
  (tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> =>
    saveTransition(tx, context, name, article, { status: statusAfter(stateOf(article), name) })
