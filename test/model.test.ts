import fc from 'fast-check'
import {
  allowedIn,
  type State,
  statusAfter,
  type TransitionName,
  transitionNames,
} from '../src/articles/lifecycle/workflow.ts'
import { lastSeq } from '../src/changes/log.ts'
import { draftIndex, editionIndex } from '../src/storage/fulltext.ts'
import { articles, authors, changes, editions, refCounts, sections, slugs, tags } from '../src/storage/schema.ts'
import { runs } from './harness/depth.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { beginLogAt, checkAll } from './model/check.ts'
import { type Entry, Model, type Noun } from './model/newsroom-model.ts'
import { make, steps } from './model/steps.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

/** A newsroom with a few entries that articles can refer to, and a few articles; and the model of it. */
async function begin(): Promise<{ model: Model; real: Newsroom }> {
  await room.storage.transaction(async (tx) => {
    // The log of changes, too: the service invalidates its caches by it.
    for (const table of [
      editionIndex,
      draftIndex,
      changes,
      editions,
      refCounts,
      articles,
      slugs,
      authors,
      tags,
      sections,
    ])
      await tx.delete(table)
  })
  room.clock.time = new Date('2030-01-01T12:00:00.000Z')
  const model = new Model(room.clock)
  const entry = async (noun: Noun, name: string, parent: Entry | null = null) => {
    const body = { name, ...(parent && { parent: parent.id }) }
    const { body: made } = await room.editor.post(`/v1/${noun}s`).send(body).expect(201)
    const one: Entry = { noun, id: made.id, slug: made.slug, name, version: 1, parent }
    model.entries.push(one)
    return one
  }
  for (const name of ['Ana', 'Ben']) await entry('author', name)
  for (const name of ['Ports', 'Storms']) await entry('tag', name)
  await entry('section', 'World', await entry('section', 'News'))
  await entry('section', 'Sport')
  beginLogAt(model, await lastSeq(room.storage.reader))
  const plain = { publish: false, bulk: false, change: {} }
  await make(model, room, { ...plain, by: 'contributor' })
  await make(model, room, { ...plain, by: 'editor', publish: true, change: { slug: 0, section: 1, authors: [0] } })
  await make(model, room, { ...plain, by: 'editor', publish: true, change: { tags: [0], links: [0, 1] } })
  return { model, real: room }
}

it('does what the model does, whatever happens in whatever order', async () => {
  const story = fc.asyncProperty(fc.noBias(fc.commands(steps, { maxCommands: 40, size: 'max' })), async (commands) => {
    const begun = await begin()
    await fc.asyncModelRun(() => begun, commands)
    await checkAll(begun.model, room)
  })
  await fc.assert(story, runs(8))
})

describe('the workflow by itself', () => {
  /** The state that an action leads to. */
  const next = (state: State, action: TransitionName): State => {
    const status = statusAfter(state, action)
    const isScheduled =
      action === 'schedule' ||
      (state.isScheduled && !['publish', 'unpublish', 'unschedule', 'retract'].includes(action))
    return { status, wasLive: state.wasLive || status === 'published', isScheduled }
  }

  it('reaches no state that makes no sense', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...transitionNames), { maxLength: 30 }), (wanted) => {
        let state: State = { status: 'draft', wasLive: false, isScheduled: false }
        let isLive = false
        for (const action of wanted) {
          if (!allowedIn(state).includes(action)) {
            expect(() => statusAfter(state, action)).toThrow(
              expect.objectContaining({ extensions: { state: state.status, allowed: allowedIn(state) } }),
            )
            continue
          }
          expect(state.status).not.toBe('retracted')
          state = next(state, action)
          isLive = action === 'publish' || (isLive && action !== 'unpublish' && action !== 'retract')
          expect(state.status === 'published').toBe(isLive)
          if (state.status === 'scheduled') expect(state.isScheduled).toBe(true)
          if (['draft', 'in-review', 'unpublished', 'retracted'].includes(state.status))
            expect(state.isScheduled).toBe(false)
          if (state.status === 'draft') expect(state.wasLive).toBe(false)
          if (['unpublished', 'retracted'].includes(state.status)) expect(state.wasLive).toBe(true)
        }
      }),
      runs(300),
    )
  })
})
