/** What a newsroom has when the requests begin: things of every kind, in every state. */
import { eq } from 'drizzle-orm'
import { webhookDeliveries } from '../../../src/storage/schema.ts'
import type { Newsroom } from '../newsroom.ts'
import { imageOf } from './files.ts'
import type { Pool } from './pool.ts'

const bodies = [
  [
    { type: 'paragraph', text: 'The harbour bridge reopens, ½ a year later.' },
    { type: 'quote', text: 'We checked every bolt.' },
  ],
  { format: 'markdown', value: '# Storm\n\nThe *storm* closes the harbour.\n\n- one\n- two\n\n> Said.\n> — Ana' },
  {
    format: 'html',
    value: '<p>Müller sieht Κόσμος &amp; 東京.</p><table><tr><th>a</th></tr><tr><td>b</td></tr></table>',
  },
  [
    { type: 'paragraph', text: `${'a'.repeat(99)}⑴ and ﬁnally ﷺ` },
    { type: 'divider' },
    { type: 'embed', url: 'https://video.example/1' },
  ],
]
const headlines = [
  'Harbour bridge reopens',
  'Storm closes the harbour',
  'Κόσμος',
  'Über den Fluß',
  'ﬁnal ½ ⑴',
  '東京の橋',
]

/** Creates content that stays in the pool. */
export async function fill(
  { admin, editor, contributor, storage }: Newsroom,
  pool: Pool,
  round: number,
): Promise<void> {
  const made = async (path: string, body: object, by = editor): Promise<Record<string, string>> =>
    (await by.post(path).send(body)).body
  const entries = [
    ['author', { name: 'Ana Moreau', email: 'ana@news.example' }],
    ['author', { name: 'Δέσποινα', kind: 'organization' }],
    ['source', { name: 'Harbour office', kind: 'agency', country: 'NZ' }],
    ['source', { name: 'A witness', kind: 'person' }],
    ['section', { name: 'News' }],
    ['section', { name: 'World', position: 2 }],
    ['tag', { name: 'Ports' }],
    ['tag', { name: 'Storms ½' }],
  ] as const
  // The examples of the document name these.
  if (round === 0) {
    await made('/v1/sections', { name: 'World News' })
    await made('/v1/articles', { headline: 'Storm closes harbour' })
  }
  const ids: Record<string, string[]> = { author: [], source: [], section: [], tag: [] }
  for (const [kind, body] of entries) {
    const parent = kind === 'section' && ids.section?.[0]
    const { id = '', slug = '' } = await made(`/v1/${kind}s`, { ...body, ...(parent && { parent }) })
    ids[kind]?.push(id)
    const renamed = await editor.patch(`/v1/${kind}s/${id}`).send({ slug: `${slug}-now-${round}` })
    pool.keep(kind, id, slug, renamed.body.slug)
  }
  const media: Record<string, string>[] = []
  for (const n of [0, 1, 2]) {
    const upload = editor.post('/v1/media?alt=The+bridge').type('application/octet-stream')
    const { body } = await upload.send(imageOf(round * 3 + n))
    pool.learn('/v1/media', {}, body)
    media.push(body)
  }
  pool.keep('media', ...media.flatMap(({ id, slug }) => [id, slug]))
  pool.keep('rendition', 'full-16', 'wide-16.webp', 'square-16.jpg', 'full-0', 'full-99999')
  const [image, other] = media.map(({ id }) => ({ media: id }))
  const about = {
    image,
    authors: ids.author,
    tags: ids.tag,
    section: ids.section?.[1],
    citations: [{ source: ids.source?.[0], relation: 'quoted', quote: 'We checked.' }],
    relatedLinks: [{ url: 'https://wire.example/1', title: 'Elsewhere' }],
  }
  const articles: Record<string, string>[] = []
  for (const [n, headline] of headlines.entries()) {
    const given = bodies[n % bodies.length]
    const body = Array.isArray(given) ? [...given, { type: 'image', ...other, caption: 'At *dawn*' }] : given
    const more = { body, language: n % 2 ? 'fr-CA' : 'en', externalId: `wire-${round}-${n}` }
    const article = await made(`/v1/articles${n < 4 ? '?publish=true' : ''}`, { headline, ...about, ...more })
    articles.push(article)
    pool.learn('/v1/articles', {}, article)
    pool.keep('article', article.id, article.slug)
    pool.keep('word', ...headline.toLowerCase().split(' '))
  }
  const [live, renamed, retracted, trashed, draft, planned] = articles.map(({ id }) => `/v1/articles/${id}`)
  await editor.patch(`${live}`).send({ kicker: 'New', relatedLinks: [{ article: articles[1]?.id }] })
  await editor.post(`${live}/corrections`).send({ kind: 'correction', text: 'It was ½.' })
  const slug = `renamed-${round}`
  await editor.patch(`${renamed}?publish=true`).send({ slug })
  await editor.post(`${retracted}/retract`).send({ reason: 'Wrong.', replacement: articles[0]?.id })
  await editor.delete(`${trashed}`)
  await editor.post(`${planned}/publish`).send({ at: '2030-01-01T12:04:00Z' })
  for (const what of ['submitted', 'a draft']) {
    const article = await made('/v1/articles', { headline: `By a contributor, ${what}` }, contributor)
    if (what === 'submitted') await contributor.post(`/v1/articles/${article.id}/submit`)
  }
  const preview = await made(`${draft}/preview`, {})
  const hook = await made('/v1/webhooks', { url: 'https://hooks.example/x', events: ['*'] }, admin)
  const { body: delivery } = await admin.post(`/v1/webhooks/${hook.id}/test`)
  await storage.transaction(async (tx) => {
    await tx
      .update(webhookDeliveries)
      .set({ status: 'dead' })
      .where(eq(webhookDeliveries.id, String(delivery.id)))
  })
  await admin.post(`/v1/media/${media[2]?.id}/takedown`).send({ reason: 'Not ours.' })
  const job = await made('/v1/backups', {}, admin)
  const key = await made('/v1/api-keys', { name: 'A partner', role: 'partner', grant: { tags: [ids.tag?.[0]] } }, admin)
  pool.keep('article', slug)
  pool.keep('preview', preview.id)
  pool.keep('token', String(preview.url).split('/').at(-1))
  pool.keep('webhook', hook.id)
  pool.keep('key', key.id)
  pool.keep('job', job.id)
  pool.keep('page', '2030-01.xml', '2030-13.xml', '2029-12.xml', '0000-00.xml', 'authors.xml', '2030-01-1.xml')
  pool.keep('word', 'bolt', 'harb*', '"storm closes"', `${'a'.repeat(99)}⑴`, '½', 'muller', 'κοσμος', 'ﬁnally', '東京')
}

/** Publishes one more article, since requests take so many off the site. */
export async function publishOne({ editor }: Newsroom, pool: Pool): Promise<void> {
  const headline = `${pool.pick('word', 0)} again`
  const more = { authors: [pool.pick('author', 0)], tags: [pool.pick('tag', 0)], body: bodies[0] }
  const citations = [{ source: pool.pick('source', 0), relation: 'cited' }]
  const relatedLinks = [{ url: 'https://wire.example/2', title: 'Elsewhere' }]
  const path = '/v1/articles?publish=true'
  const made = await editor.post(path).send({ headline, ...more, citations, relatedLinks })
  const { body } = made.status === 201 ? made : await editor.post(path).send({ headline, relatedLinks })
  pool.keep('article', body.id, body.slug)
  pool.learn('/v1/articles', {}, body)
}
