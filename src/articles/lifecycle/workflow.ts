/** The life of an article as a state machine: what can be done in which state, and where it leads. Pure. */
import type { ArticleStatus } from '../../editions/article.ts'
import { Problem } from '../../lib/problem.ts'

/** Everything that moves an article from state to state. */
export const transitionNames = [
  'submit',
  'return',
  'schedule',
  'unschedule',
  'publish',
  'unpublish',
  'retract',
] as const
export type TransitionName = (typeof transitionNames)[number]

/** Where an article stands: its status, whether it was ever live, and whether it is to go live by itself. */
export interface State {
  status: ArticleStatus
  wasLive: boolean
  isScheduled: boolean
}

/**
 * The moves. `submit` asks for review, `return` sends the draft back; a live article for which an update is scheduled
 * stays `published`; what is unpublished before it went live is a draft again. Nothing leads out of `retracted`.
 */
const moves: Record<ArticleStatus, Partial<Record<TransitionName, (state: State) => ArticleStatus>>> = {
  draft: { submit: () => 'in-review', schedule: () => 'scheduled', publish: () => 'published' },
  'in-review': { return: shelved, schedule: () => 'scheduled', publish: () => 'published' },
  scheduled: { schedule: () => 'scheduled', unschedule: shelved, publish: () => 'published', unpublish: shelved },
  published: {
    schedule: () => 'published',
    unschedule: () => 'published',
    publish: () => 'published',
    unpublish: () => 'unpublished',
    retract: () => 'retracted',
  },
  unpublished: {
    submit: () => 'in-review',
    schedule: () => 'scheduled',
    publish: () => 'published',
    retract: () => 'retracted',
  },
  retracted: {},
}

function shelved({ wasLive }: State): ArticleStatus {
  return wasLive ? 'unpublished' : 'draft'
}

/** What can be done in a state. */
export const allowedIn = (state: State): TransitionName[] => transitionNames.filter((action) => moveFrom(state, action))

/** The move that an action is in a state. What is not scheduled cannot be called off. */
function moveFrom({ status, isScheduled }: State, action: TransitionName) {
  return action === 'unschedule' && !isScheduled ? undefined : moves[status][action]
}

/** The status that an action leads to; throws `transition-not-allowed`, which lists what can be done instead. */
export function statusAfter(state: State, action: TransitionName): ArticleStatus {
  const move = moveFrom(state, action)
  if (move) return move(state)
  const allowed = allowedIn(state)
  const instead = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing more can be done with it'
  throw new Problem('transition-not-allowed', `the article is ${state.status}: ${instead}`, {
    more: { state: state.status, allowed },
  })
}
