/** Writes that lists have to follow, done to the service and to the model. */
import fc from 'fast-check'
import { storePhoto } from '../harness/media.ts'
import type { Newsroom } from '../harness/newsroom.ts'
import type { Content, Entry, ListModel, Noun, Piece } from './list-model.ts'

/** Some have the same sort key, some are in another order as UTF-16. */
const headlines = ['Äpfel', 'apfel', 'Bridge', 'bridge two', '🦭 Seals', '𠮷 Kanji', '﨎 Kanji', 'Zoo', '2 ferries']

/** Numbers that stand for entries; which there are is known only when a write is done. */
const choice = fc.record({
  headline: fc.constantFrom(...headlines),
  language: fc.constantFrom('en', 'en', 'en', 'fr', 'de'),
  author: fc.array(fc.nat(5), { maxLength: 2 }),
  tag: fc.array(fc.nat(5), { maxLength: 3 }),
  source: fc.array(fc.nat(5), { maxLength: 2 }),
  media: fc.array(fc.nat(5), { maxLength: 2 }),
  section: fc.array(fc.nat(7), { maxLength: 1 }),
})

export const write = fc.record({
  does: fc.constantFrom(
    ...(['publish', 'publish', 'publish', 'publish', 'update', 'update', 'save', 'save', 'save'] as const),
    ...(['draft', 'unpublish', 'republish', 'retract', 'trash', 'correct', 'rename', 'move', 'reassign'] as const),
  ),
  which: fc.nat(30),
  other: fc.nat(30),
  choice,
  seconds: fc.constantFrom(0, 0, 1, 60),
})
export type Write = typeof write extends fc.Arbitrary<infer T> ? T : never

export const at = <T>(list: T[], number: number): T | undefined => list[number % list.length]

const contentOf = (model: ListModel, { headline, language, ...refs }: Write['choice']): Content => {
  const ids = (noun: Noun) => [...new Set(refs[noun].flatMap((number) => at(model.of(noun), number)?.id ?? []))]
  const [author, tag, source, section, media] = [ids('author'), ids('tag'), ids('source'), ids('section'), ids('media')]
  return { headline, language, author, tag, source, section, media }
}

const sent = ({ headline, language, author, tag, source, section, media: [lead, ...more] }: Content) => ({
  headline,
  language,
  authors: author,
  tags: tag,
  citations: source.map((id) => ({ source: id, relation: 'cited' })),
  section: section[0] ?? null,
  image: lead === undefined ? null : { media: lead },
  body: more.map((media) => ({ type: 'image', media })),
})

/** Makes an entry. */
export async function makeEntry(
  model: ListModel,
  room: Newsroom,
  noun: Noun,
  parent: Entry | null = null,
): Promise<Entry> {
  // A photo that is stored without an upload is found by its id alone.
  const { id, ...named } =
    noun === 'media' ? { id: (await storePhoto(room)).id } : await postEntry(model, room, noun, parent)
  const entry = { noun, id, slugs: 'slug' in named ? [named.slug] : [], parent }
  model.entries.push(entry)
  return entry
}

async function postEntry(
  model: ListModel,
  room: Newsroom,
  noun: Noun,
  parent: Entry | null,
): Promise<{ id: string; slug: string }> {
  const more = { ...(noun === 'source' && { kind: 'agency' }), ...(parent && { parent: parent.id }) }
  const { body } = await room.editor
    .post(`/v1/${noun}s`)
    // Sections may have the same slug below different parents, and then it names none of them.
    .send({ name: noun === 'section' ? `A section ${model.next()}` : `A ${noun}`, ...more })
    .expect(201)
  return body
}

/** Does one write; one that is not possible is nothing. */
export async function doWrite(model: ListModel, room: Newsroom, wanted: Write): Promise<void> {
  const { does, which, other, seconds } = wanted
  room.clock.tick(seconds * 1_000)
  const now = room.clock.now().toISOString()
  const content = contentOf(model, wanted.choice)
  if (does === 'publish' || does === 'draft') return create(model, room, content, does === 'publish' ? now : null)
  // The slug of media stays as it is.
  const renamable = model.entries.filter(({ noun }) => noun !== 'media')
  if (does === 'rename') return rename(model, room, at(renamable, which))
  if (does === 'move')
    return move(room, model, at(model.of('section'), which), at([null, ...model.of('section')], other))
  if (does === 'reassign') return reassign(model, room, at(model.of('tag'), which), at(model.of('tag'), other), now)
  const piece = at(model.pieces, which)
  if (!piece || piece.status === 'trashed' || piece.status === 'retracted') return
  const path = `/v1/articles/${piece.id}`
  const { editor } = room
  const goesLive = () => {
    Object.assign(piece, { status: 'published', live: piece.draft, updatedAt: now })
    piece.publishedAt ||= now
  }
  const leaves = (status: Piece['status']) => Object.assign(piece, { status, live: null })
  switch (does) {
    case 'update':
      await editor.patch(`${path}?publish=true`).send(sent(content)).expect(200)
      piece.draft = content
      return goesLive()
    case 'save':
      await editor.patch(path).send(sent(content)).expect(200)
      piece.draft = content
      return
    case 'republish':
      await editor.post(`${path}/publish`).expect(200)
      return goesLive()
    case 'trash':
      await editor.delete(path).expect(204)
      return void leaves('trashed')
  }
  if (!piece.live) return
  if (does === 'unpublish') {
    await editor.post(`${path}/unpublish`).expect(200)
    leaves('unpublished')
  } else if (does === 'retract') {
    await editor.post(`${path}/retract`).send({ reason: 'Wrong.' }).expect(200)
    leaves('retracted')
  } else {
    await editor.post(`${path}/corrections`).send({ kind: 'update', text: 'More.' }).expect(201)
    piece.updatedAt = now
  }
}

async function create(model: ListModel, { editor }: Newsroom, draft: Content, now: string | null): Promise<void> {
  const { body } = await editor
    .post(`/v1/articles?publish=${now !== null}`)
    .send(sent(draft))
    .expect(201)
  const live = now === null ? null : draft
  const status = now === null ? 'draft' : 'published'
  model.pieces.push({ id: body.id, status, draft, live, publishedAt: now ?? '', updatedAt: now ?? '' })
}

async function rename(model: ListModel, { editor }: Newsroom, entry: Entry | undefined): Promise<void> {
  if (!entry) return
  const slug = `${entry.noun}-${model.next()}-renamed`
  await editor
    .patch(`/v1/${entry.noun}s/${entry.id}`)
    .send({ name: `Now ${slug}`, slug })
    .expect(200)
  entry.slugs.push(slug)
}

async function move(
  { editor }: Newsroom,
  model: ListModel,
  section: Entry | undefined,
  parent: Entry | null | undefined,
): Promise<void> {
  if (!section || parent === undefined || (parent && model.lineage(parent.id).includes(section.id))) return
  await editor
    .patch(`/v1/sections/${section.id}`)
    .send({ parent: parent?.id ?? null })
    .expect(200)
  section.parent = parent
}

async function reassign(
  model: ListModel,
  { editor }: Newsroom,
  from: Entry | undefined,
  to: Entry | undefined,
  now: string,
): Promise<void> {
  if (!from || !to || from === to) return
  await editor.delete(`/v1/tags/${from.id}?reassignTo=${to.id}`).expect(204)
  model.entries = model.entries.filter((entry) => entry !== from)
  const replaced = (content: Content): Content => ({
    ...content,
    tag: [...new Set(content.tag.map((id) => (id === from.id ? to.id : id)))],
  })
  for (const piece of model.pieces) {
    if (piece.live?.tag.includes(from.id)) piece.updatedAt = now
    const isSame = piece.live === piece.draft
    piece.draft = replaced(piece.draft)
    piece.live = piece.live && (isSame ? piece.draft : replaced(piece.live))
  }
}
