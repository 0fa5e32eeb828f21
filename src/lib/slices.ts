/** Long work on the event loop in slices, between which others have their turn. The work is a generator that yields often. */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'

/** How long one slice is, in milliseconds. */
const SLICE = 10

/** The result of the work, which is done in slices. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  let began = performance.now()
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value
    if (performance.now() - began < SLICE) continue
    await nextEventLoopTurn()
    began = performance.now()
  }
}

/** The result of the work, which is done at once. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value
}
