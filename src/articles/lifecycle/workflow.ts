/** The workflow of an article as a state machine: which transitions a state allows, and their target states. Pure. */
import type { ArticleStatus } from '../../editions/article.ts'
import { Problem } from '../../lib/problem.ts'

/** The transitions of the workflow. */
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

/** The state of an article: its status, whether it was ever live, and whether its publication is scheduled. */
export interface State {
  status: ArticleStatus
  wasLive: boolean
  isScheduled: boolean
}

/**
 * The transitions that each status allows, with their target status. A live article whose update is scheduled stays
 * `published`; a scheduled one that is unpublished before it was ever live is a draft again. `retracted` is final.
 */
const targets: Record<ArticleStatus, Partial<Record<TransitionName, (state: State) => ArticleStatus>>> = {
  draft: { submit: () => 'in-review', schedule: () => 'scheduled', publish: () => 'published' },
  'in-review': { return: statusNotLive, schedule: () => 'scheduled', publish: () => 'published' },
  scheduled: {
    schedule: () => 'scheduled',
    unschedule: statusNotLive,
    publish: () => 'published',
    unpublish: statusNotLive,
  },
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

function statusNotLive({ wasLive }: State): ArticleStatus {
  return wasLive ? 'unpublished' : 'draft'
}

/** The transitions that a state allows. */
export const allowedIn = (state: State): TransitionName[] => transitionNames.filter((name) => targetOf(state, name))

/** The target of a transition; undefined if the state does not allow it. `unschedule` needs something scheduled. */
function targetOf({ status, isScheduled }: State, name: TransitionName) {
  return name === 'unschedule' && !isScheduled ? undefined : targets[status][name]
}

/** The status after a transition. Throws `transition-not-allowed`, with the transitions that are allowed. */
export function statusAfter(state: State, name: TransitionName): ArticleStatus {
  const target = targetOf(state, name)
  if (target) return target(state)
  const allowed = allowedIn(state)
  const instead = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing more can be done with it'
  throw new Problem('transition-not-allowed', `the article is ${state.status}: ${instead}`, {
    extensions: { state: state.status, allowed },
  })
}
