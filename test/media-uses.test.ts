import { recompileStale } from '../src/editions/recompile-stale.ts'
import type { Syndication } from '../src/lib/media.ts'
import { expireDue } from '../src/media/takedown.ts'
import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { drawing, photo } from './harness/pictures.ts'
import { problem } from './harness/problem.ts'

const SITE = {
  SITE_URL: 'https://news.example',
  PUBLIC_URL: 'https://api.example',
  SITE_LICENSING_PAGE: 'https://news.example/licensing',
}

let room: Newsroom
beforeAll(async () => {
  room = await newsroom(SITE)
})
afterAll(() => room.close())

const publish = async (content: object) => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Bridge reopens', ...content })
    .expect(201)
  return body
}
const live = async (id: string, query = '') => (await room.anyone.get(`/v1/articles/${id}${query}`).expect(200)).body
const draft = async (id: string) => (await room.editor.get(`/v1/articles/${id}?version=draft`).expect(200)).body
const cropsOf = ({ renditions }: { renditions: { crop: string }[] }) => renditions.map(({ crop }) => crop)

describe('a document of an editor', () => {
  it.each(['prosemirror', 'portable-text', 'html', 'markdown'] as const)(
    'as %s keeps media, its crop and its words',
    async (format) => {
      const { id } = await storePhoto(room)
      const crop = { x: 0.5, y: 0, width: 0.5, height: 0.5 }
      const image = { media: id, alt: 'Cranes', caption: 'At *dawn*', credit: 'Archive' }
      const body = [
        { type: 'image', ...image, crop },
        { type: 'gallery', images: [image, { ...image, alt: '', crop }] },
      ]
      const article = await publish({ body })
      const { body: value } = await live(article.id, `?body=${format}`)
      const { body: sent } = await room.editor
        .patch(`/v1/articles/${article.id}`)
        .send({ body: { format, value } })
        .expect(200)
      const { body: again, version } = await draft(article.id)
      expect({ body: again, version }).toEqual({ body: article.body, version: 1 })
      expect(sent.warnings).toBeUndefined()
      const other = JSON.parse(JSON.stringify(value).replaceAll(id, '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'))
      const refused = await room.editor
        .patch(`/v1/articles/${article.id}`)
        .send({ body: { format, value: other } })
        .expect(422)
      expect(refused.body).toMatchObject({ type: '/problems/invalid-reference' })
    },
  )

  it.each(['prosemirror', 'portable-text', 'html', 'markdown'] as const)(
    'as %s leaves to media the words that it shows of them',
    async (format) => {
      const { id } = await storePhoto(room)
      const body = [
        { type: 'image', media: id },
        { type: 'gallery', images: [{ media: id }, { media: id, alt: 'Of its own' }] },
      ]
      const article = await publish({ body })
      const { body: value } = await live(article.id, `?body=${format}`)
      await room.editor.patch(`/v1/articles/${article.id}`).send({ body: { format, value } }).expect(200)
      const { body: again, version } = await draft(article.id)
      expect({ body: again, version }).toEqual({ body: article.body, version: 1 })
    },
  )

  it.each(['blocks', 'prosemirror', 'portable-text', 'html', 'markdown'] as const)(
    'as %s leaves to media also the longest words that media may have',
    async (format) => {
      const words = { alt: `Cranes\n${'a'.repeat(993)}`, caption: '*'.repeat(5_000), credit: 'c'.repeat(300) }
      const { id } = await storePhoto(room)
      await room.editor.patch(`/v1/media/${id}`).send(words).expect(200)
      const article = await publish({ image: { media: id }, body: [{ type: 'image', media: id }] })
      const query = format === 'blocks' ? '' : `&body=${format}`
      const { image, body } = (await room.editor.get(`/v1/articles/${article.id}?version=draft${query}`)).body
      expect(image).toMatchObject({ ...words, alt: words.alt.replace('\n', ' ') })
      const sent = { image, body: format === 'blocks' ? body : { format, value: body } }
      const { body: saved } = await room.editor.patch(`/v1/articles/${article.id}`).send(sent).expect(200)
      expect([saved.warnings, saved.body, saved.version]).toEqual([undefined, article.body, 1])
    },
  )

  it.each([
    ['relative addresses', {}],
    ['an image service', { ...SITE, MEDIA_TEMPLATE: 'https://img.example/w_{width}/{encodedSource}' }],
    ['another image service', { ...SITE, MEDIA_TEMPLATE: 'https://img.example/{width}/{source}' }],
  ])('keeps media with %s', async (_, settings) => {
    const other = await newsroom(settings)
    const { id } = await storePhoto(other)
    const sound = await storePhoto(other, { kind: 'audio', mimeType: 'audio/mpeg' })
    const film = await storePhoto(other, { kind: 'video', mimeType: 'video/mp4' })
    const words = { caption: 'At *dawn*', credit: 'Archive' }
    const sent = [
      { type: 'image', media: id, alt: 'Cranes', caption: 'Plain', credit: 'Archive' },
      { type: 'gallery', images: [{ media: id, alt: 'Cranes', link: '/cranes', ...words }], caption: 'All' },
      { type: 'audio', media: sound.id, ...words },
      { type: 'video', media: film.id, ...words, poster: 'https://x.example/p.jpg' },
    ]
    const { body: article } = await other.editor
      .post('/v1/articles')
      .send({ headline: 'Cranes', body: sent })
      .expect(201)
    const path = `/v1/articles/${article.id}`
    for (const format of ['html', 'markdown'] as const) {
      const { body: shown } = await other.editor.get(`${path}?version=draft&body=${format}`).expect(200)
      const sentBack = { body: { format, value: shown.body } }
      const { body: again } = await other.editor.patch(path).send(sentBack).expect(200)
      expect(again).toMatchObject({ body: article.body })
      expect(again.warnings).toBeUndefined()
    }
    await other.close()
  })

  it('shows media at its address in every format; a file elsewhere stays one', async () => {
    const { id } = await storePhoto(room)
    const { body } = await publish({ body: [{ type: 'image', media: id, alt: 'Cranes', caption: 'Work' }] })
    const [{ url }] = body
    const tiptap = (src: string) => ({ type: 'doc', content: [{ type: 'image', attrs: { src, alt: 'Cranes' } }] })
    const shown = async (input: object) => (await publish({ body: input })).body
    const own = { media: id, alt: 'Cranes' }
    expect(await shown({ format: 'prosemirror', value: tiptap(url) })).toMatchObject([own])
    expect(await shown({ format: 'wordpress', value: `<img src="${url}" alt="Cranes">` })).toMatchObject([own])
    const file = `![Cranes](https://api.example/media/${id}/file)`
    expect(await shown({ format: 'markdown', value: file })).toMatchObject([own])
    const elsewhere = url.replace('api.example', 'api.elsewhere.example')
    const [foreign] = await shown({ format: 'html', value: `<img src="${elsewhere}" alt="Cranes">` })
    expect(foreign).toMatchObject({ url: elsewhere, alt: 'Cranes' })
    expect(foreign.media).toBeUndefined()
  })

  it('says that the crop of an image is lost, where an editor has left it out', async () => {
    const { id } = await storePhoto(room)
    const crop = { x: 0.5, y: 0, width: 0.5, height: 0.5 }
    const { body } = await publish({ body: [{ type: 'image', media: id, alt: '', crop }] })
    const { warnings } = await publish({ body: { format: 'html', value: `<img src="${body[0].url}" alt="">` } })
    expect(warnings).toEqual([{ code: 'crop-dropped', message: 'a crop of an image was dropped' }])
  })
})

describe('the lead image of an article', () => {
  it('is shown with the words and renditions of the media, in the card with few of them', async () => {
    const { id } = await storePhoto(room)
    const article = await publish({ image: { media: id } })
    expect((await live(article.id)).image).toMatchObject({
      id,
      alt: 'The bridge at dawn',
      caption: 'The *old* bridge',
      credit: 'Ana Moreau',
      width: 4_000,
      height: 3_000,
      dominantColour: '#336699',
      rights: { holder: 'Coastal Pictures', syndication: 'allowed' },
    })
    const card = (await room.anyone.get(`/v1/articles?media=${id}`).expect(200)).body.data[0]
    expect(cropsOf(card.image)).toEqual(['wide', 'square'])
    expect(card.image.rights).toBeUndefined()
    const found = await room.anyone.get(`/v1/search?q=bridge&media=${id}`).expect(200)
    expect(found.body.data[0].image).toEqual(card.image)
  })

  it('has words and a crop of its own use', async () => {
    const { id } = await storePhoto(room)
    const crop = { x: 0.5, y: 0, width: 0.5, height: 0.5 }
    const image = { media: id, alt: '', caption: 'Closed', credit: 'Archive', crop }
    const { image: shown } = await live((await publish({ image })).id)
    expect(shown).toMatchObject({ alt: '', caption: 'Closed', credit: 'Archive' })
    const { image: whole } = await live((await publish({ image: { media: id } })).id)
    expect(shown.url).not.toBe(whole.url)
  })

  it('is changed member by member, and begins anew with another media', async () => {
    const [first, second] = [await storePhoto(room), await storePhoto(room, { caption: null, credit: 'Wire' })]
    const { id } = await publish({ image: { media: first.id, caption: 'Before' } })
    const patch = (image: object | null) =>
      room.editor.patch(`/v1/articles/${id}?publish=true`).send({ image }).expect(200)
    await patch({ credit: 'Archive' })
    expect((await live(id)).image).toMatchObject({ caption: 'Before', credit: 'Archive' })
    await patch({ media: second.id })
    expect((await live(id)).image).toMatchObject({ id: second.id, caption: null, credit: 'Wire' })
    const version = (await draft(id)).version
    await patch({ media: second.id })
    expect((await draft(id)).version).toBe(version)
    const { body: diff } = await room.editor.get(`/v1/articles/${id}/revisions/${version}/diff`).expect(200)
    expect(diff.changes.map(({ path }: { path: string }) => path)).toEqual([
      '/image/id',
      '/image/caption',
      '/image/credit',
    ])
    await patch(null)
    expect((await live(id)).image).toBeNull()
  })

  it('is refused if there is none such, or it may not be shown', async () => {
    const { id: audio } = await storePhoto(room, { kind: 'audio' })
    const { id: withdrawn } = await storePhoto(room, { status: 'withdrawn' })
    for (const media of [audio, withdrawn, 'no-such', '01a222d3-10da-74b0-ae69-a37a98d8ae0e'])
      await room.editor
        .post('/v1/articles')
        .send({ headline: 'X', image: { media } })
        .expect(problem('invalid-reference', { pointer: '/image/media' }))
    await room.editor
      .post('/v1/articles')
      .send({ headline: 'X', image: { caption: 'Nothing' } })
      .expect(problem('validation', { pointer: '/image/media' }))
    const { id } = await storePhoto(room)
    await room.editor
      .post('/v1/articles')
      .send({ headline: 'X', image: { media: id, crop: { x: 0.6, y: 0, width: 0.5, height: 1 } } })
      .expect(problem('validation', { pointer: '/image/crop/width' }))
  })

  it('is listed by: several media, with other filters, in drafts, and never by `none`', async () => {
    const [one, two] = [await storePhoto(room), await storePhoto(room)]
    const lead = await publish({ image: { media: one.id } })
    const both = await publish({ image: { media: one.id }, body: [{ type: 'image', media: two.id }] })
    const ids = async (query: string) =>
      (await room.editor.get(`/v1/articles?${query}`).expect(200)).body.data.map(({ id }: { id: string }) => id)
    expect(await ids(`media=${one.id}`)).toEqual([both.id, lead.id])
    expect(await ids(`media=${one.id}&media=${two.id}`)).toEqual([both.id])
    expect(await ids(`media=${one.id},${two.id}&language=en&sort=headline`)).toHaveLength(2)
    expect(await ids(`media=${two.id}&version=draft`)).toEqual([both.id])
    await room.anyone.get('/v1/articles?media=none').expect(problem('validation', { pointer: '/media/0' }))
    await room.editor.get(`/v1/media/${one.id}`).expect(({ body }) => expect(body.articleCount).toBe(2))
  })
})

describe('a use of media', () => {
  it('moves to another of its kind before the entry is deleted', async () => {
    const [old, other] = [await storePhoto(room), await storePhoto(room)]
    const { id: audio } = await storePhoto(room, { kind: 'audio' })
    const crop = { x: 0, y: 0, width: 0.5, height: 0.5 }
    const { id } = await publish({ image: { media: old.id, crop }, body: [{ type: 'image', media: old.id }] })
    await room.editor.delete(`/v1/media/${old.id}`).expect(problem('in-use'))
    await room.editor.delete(`/v1/media/${old.id}?reassignTo=${audio}`).expect(problem('invalid-reference'))
    await room.editor.delete(`/v1/media/${old.id}?reassignTo=${other.id}`).expect(204)
    const article = await live(id)
    expect([article.image.id, article.body[0].media]).toEqual([other.id, other.id])
    expect(article.image.crop).toEqual(crop)
  })

  it('is published alone, beside changes that stay unpublished', async () => {
    const { id: media } = await storePhoto(room)
    const { id } = await publish({ summary: 'Live' })
    await room.editor.patch(`/v1/articles/${id}`).send({ summary: 'Not yet' }).expect(200)
    await room.editor.patch(`/v1/articles/${id}?publish=changes`).send({ image: { media } }).expect(200)
    expect(await live(id)).toMatchObject({ summary: 'Live', image: { id: media } })
    await room.editor.patch(`/v1/articles/${id}?publish=changes`).send({ image: null }).expect(200)
    expect(await live(id)).toMatchObject({ summary: 'Live', image: null })
    await room.editor.patch(`/v1/articles/${id}`).send({ image: { media } }).expect(200)
    const { body } = await room.editor.patch(`/v1/articles/${id}?publish=true`).send({ kicker: 'News' }).expect(200)
    expect(body.warnings[0].pointers).toEqual(['/summary', '/image'])
    const { id: another } = await storePhoto(room)
    await room.editor
      .patch(`/v1/articles/${id}`)
      .send({ image: { media: another } })
      .expect(200)
    await room.editor
      .patch(`/v1/articles/${id}?publish=changes`)
      .send({ image: { caption: 'Of the other' } })
      .expect(problem('conflict', { pointer: '/image' }))
  })
})

describe('blocks', () => {
  it('show media in place of addresses, and can be sent back as they were read', async () => {
    const [picture, sound, film] = [
      await storePhoto(room),
      await storePhoto(room, { kind: 'audio', mimeType: 'audio/mpeg', metadata: { duration: 61 } }),
      await storePhoto(room, { kind: 'video', mimeType: 'video/mp4' }),
    ]
    const body = [
      { type: 'image', media: picture.id },
      {
        type: 'gallery',
        images: [
          { media: picture.id, alt: 'Again' },
          { url: 'https://x.example/a.jpg', alt: 'A' },
        ],
      },
      { type: 'audio', media: sound.id },
      { type: 'video', media: film.id, caption: 'A film' },
      { type: 'image', url: 'https://x.example/b.jpg', alt: 'B' },
    ]
    const { id } = await publish({ body })
    const shown = (await live(id)).body
    expect(shown[0]).toMatchObject({ media: picture.id, alt: 'The bridge at dawn', caption: 'The \\*old\\* bridge' })
    expect(shown[0].renditions.length).toBeGreaterThan(2)
    expect(shown[1].images).toMatchObject([{ alt: 'Again' }, { url: 'https://x.example/a.jpg' }])
    expect(shown[2]).toMatchObject({
      mimeType: 'audio/mpeg',
      duration: 61,
      url: `https://api.example/media/${sound.id}/file`,
    })
    expect(shown[3]).toMatchObject({ media: film.id, caption: 'A film', byteSize: 123_456 })
    const { version } = await draft(id)
    const again = await room.editor.patch(`/v1/articles/${id}`).send({ body: shown }).expect(200)
    // The captions of the media remain those of the media.
    expect(again.body.body).toEqual(shown)
    expect(again.body.version).toBe(version)
    for (const form of ['html', 'markdown', 'rich', 'text']) expect((await live(id, `?body=${form}`)).body).toBeTruthy()
    expect((await live(id, '?body=html')).body).toContain(
      `<img src="${shown[0].url}" srcset="${shown[0].renditions[0].srcset}"`,
    )
  })

  it('have either media or an address, and alt text with that', async () => {
    const { id } = await storePhoto(room)
    const url = 'https://x.example/a.jpg'
    for (const [block, ...errors] of [
      [{ type: 'image', media: id, url, alt: 'x' }, { pointer: '/body/0/url' }],
      [
        { type: 'image', alt: 'x' },
        { pointer: '/body/0/url', code: 'required' },
      ],
      [
        { type: 'image', url },
        { pointer: '/body/0/alt', code: 'required' },
      ],
      [{ type: 'audio', url: 'javascript:1' }, { pointer: '/body/0/url' }],
      [{ type: 'image', url, alt: 'x', crop: { x: 0, y: 0, width: 1, height: 1 } }, { pointer: '/body/0/crop' }],
      [{ type: 'gallery', images: [{ media: id, url }] }, { pointer: '/body/0/images/0/url' }],
    ] as const)
      await room.editor
        .post('/v1/articles')
        .send({ headline: 'X', body: [block] })
        .expect(problem('validation', ...errors))
    await room.editor
      .post('/v1/articles')
      .send({ headline: 'X', body: [{ type: 'gallery', images: [{ media: id }, { media: 'none-such' }] }] })
      .expect(problem('invalid-reference', { pointer: '/body/0/images/1/media' }))
  })

  it('are added and changed one by one', async () => {
    const { id: media } = await storePhoto(room)
    const { id } = await publish({ body: [{ type: 'paragraph', text: 'One.' }] })
    const { body } = await room.editor
      .post(`/v1/articles/${id}/body`)
      .send({ block: { type: 'image', media } })
      .expect(201)
    expect(body).toMatchObject({ media, alt: 'The bridge at dawn' })
    const patched = await room.editor.patch(`/v1/articles/${id}/body/${body.id}`).send({ alt: 'Dawn' }).expect(200)
    expect(patched.body.alt).toBe('Dawn')
  })
})

describe('entries', () => {
  it('have an image, which bylines show, and keep it from being deleted', async () => {
    const { id: image } = await storePhoto(room)
    const kinds = [
      ['authors', {}],
      ['sources', { kind: 'agency' }],
      ['sections', {}],
      ['tags', {}],
    ] as const
    for (const [kind, more] of kinds) {
      const { body } = await room.editor
        .post(`/v1/${kind}`)
        .send({ name: `Depicted ${kind}`, image, ...more })
        .expect(201)
      expect(body.image).toMatchObject({ id: image, alt: 'The bridge at dawn' })
      const { body: plain } = await room.editor.patch(`/v1/${kind}/${body.id}`).send({ name: 'Plain' }).expect(200)
      expect(plain.image.id).toBe(image)
      await room.editor
        .patch(`/v1/${kind}/${body.id}`)
        .send({ image: 'none-such' })
        .expect(problem('invalid-reference', { pointer: '/image' }))
    }
    const { body: author } = await room.editor.post('/v1/authors').send({ name: 'Ida', image }).expect(201)
    const { id } = await publish({ authors: [author.id] })
    expect((await live(id)).authors[0].image.id).toBe(image)
    await room.editor.delete(`/v1/media/${image}`).expect(({ body }) => {
      expect(body).toMatchObject({ type: '/problems/in-use', uses: { authors: 2, sources: 1, sections: 1, tags: 1 } })
    })
  })

  it('lose an image that is taken down, and so do the articles that show it', async () => {
    const { id: image } = await storePhoto(room)
    const { body: author } = await room.editor.post('/v1/authors').send({ name: 'Olga', image }).expect(201)
    const { body: section } = await room.editor.post('/v1/sections').send({ name: 'Shore', image }).expect(201)
    const { body: other } = await room.editor.post('/v1/sections').send({ name: 'Inland' }).expect(201)
    const { id, slug } = await publish({ authors: [author.id], section: section.id })
    const paths = {
      article: `/v1/articles/${id}`,
      author: `/v1/authors/${author.id}`,
      authors: '/v1/authors?limit=100',
      section: `/v1/sections/${section.id}`,
      jsonld: `/v1/articles/${id}/jsonld`,
    }
    const shownAt = async () => {
      const shown: string[] = []
      for (const [name, path] of Object.entries(paths))
        if ((await room.anyone.get(path).buffer(true).expect(200)).text.includes(`/media/${image}/`)) shown.push(name)
      return shown
    }
    expect(await shownAt()).toEqual(Object.keys(paths))
    const { client: granted } = await room.newKey('partner', { grant: { sections: [section.id] } })
    const { client: elsewhere } = await room.newKey('partner', { grant: { sections: [other.id] } })
    const { since } = (await granted.get('/v1/changes/snapshot').expect(200)).body.page
    const sinceElsewhere = (await elsewhere.get('/v1/changes/snapshot').expect(200)).body.page.since
    const { body: takedown } = await room.editor
      .post(`/v1/media/${image}/takedown`)
      .send({ reason: 'Not ours' })
      .expect(200)
    expect(takedown.articles).toEqual([{ id, slug }])
    expect(await shownAt()).toEqual([])
    const { body: changes } = await granted.get(`/v1/changes?include=edition&since=${since}`).expect(200)
    expect(JSON.stringify(changes)).not.toContain(`/media/${image}/`)
    const types = changes.data.map(({ type }: { type: string }) => type)
    expect(types).toEqual(expect.arrayContaining(['article.updated', 'author.updated', 'section.updated']))
    expect(changes.data.at(-1)).toMatchObject({ type: 'media.withdrawn', articles: [{ id, slug }] })
    const { body: theirs } = await elsewhere.get(`/v1/changes?since=${sinceElsewhere}`).expect(200)
    expect(theirs.data.map(({ type }: { type: string }) => type)).toEqual(['author.updated', 'section.updated'])
  })
})

describe('publishing', () => {
  it('says what to look at, in a dry run and in earnest', async () => {
    const in10Days = new Date(room.clock.now().getTime() + 10 * 86_400_000).toISOString()
    const bare = await storePhoto(room, {
      alt: null,
      credit: null,
      width: 800,
      height: 600,
      rights: { expiresAt: in10Days, syndication: 'denied' },
    })
    const fine = await storePhoto(room)
    const content = {
      image: { media: bare.id },
      body: [
        { type: 'image', media: bare.id, alt: '', credit: 'Archive' },
        { type: 'image', media: fine.id },
      ],
    }
    const { body: article } = await room.editor
      .post('/v1/articles')
      .send({ headline: 'X', ...content })
      .expect(201)
    const { body: dry } = await room.editor.post(`/v1/articles/${article.id}/publish?dryRun=true`).expect(200)
    const media = dry.remarks.flatMap(({ pointer, code }: { pointer: string; code: string }) =>
      pointer.startsWith('/image') || pointer.startsWith('/body') ? [`${pointer} ${code}`] : [],
    )
    expect(media).toEqual([
      '/image missing-alt',
      '/image missing-credit',
      '/image rights-expire',
      '/image syndication-limited',
      '/image image-small',
      '/body/0 rights-expire',
      '/body/0 syndication-limited',
    ])
    const { body: published } = await room.editor.post(`/v1/articles/${article.id}/publish`).expect(200)
    expect(published.warnings.map(({ code, pointers }: never) => `${pointers} ${code}`)).toEqual(media)
    const { body: again } = await room.editor
      .patch(`/v1/articles/${article.id}?publish=true`)
      .send({ image: { media: fine.id } })
      .expect(200)
    expect(again.warnings).toHaveLength(2)
  })
})

describe('partners', () => {
  it('get what its rights allow: all of it, none, or with a grant for media', async () => {
    const of = (syndication: Syndication) => storePhoto(room, { rights: { syndication } })
    const [open, granted, denied] = [await of('allowed'), await of('by-grant'), await of('denied')]
    const { body: section } = await room.editor.post('/v1/sections').send({ name: 'Pictures' }).expect(201)
    const body = [open, granted, denied].map(({ id: media }) => ({ type: 'image', media }))
    const { id } = await publish({ section: section.id, image: { media: granted.id }, body })
    const plain = room.partner
    const { client: withMedia } = await room.newKey('partner', { grant: { sections: [section.id], media: true } })
    const { client: without } = await room.newKey('partner', { grant: { sections: [section.id] } })
    const found = async (client: typeof plain) => {
      const { body } = await client.get('/v1/changes/snapshot?limit=500').expect(200)
      const article = body.data.find((one: { id: string }) => one.id === id)
      const ninjs = (await client.get(`/v1/articles/${id}/ninjs`).expect(200)).body
      return [
        article.image?.id ?? null,
        article.body.map(({ media }: { media: string }) => media),
        (ninjs.associations ?? []).length,
      ]
    }
    expect(await found(plain)).toEqual([null, [open.id], 1])
    expect(await found(without)).toEqual([null, [open.id], 1])
    expect(await found(withMedia)).toEqual([granted.id, [open.id, granted.id], 3])
    expect(await found(room.editor)).toEqual([granted.id, [open.id, granted.id, denied.id], 3])
    const feed = await room.anyone.get(`/feeds/feed.json?section=${section.id}`).expect(200)
    expect(feed.text).toContain(open.id)
    expect(feed.text).not.toContain(granted.id)
    expect(feed.text).not.toContain(denied.id)
  })
})

describe('where reading is closed', () => {
  it('partners get the pictures, and their files, of articles that they may have', async () => {
    const closed = await newsroom({ ...SITE, PUBLIC_READ: 'false' })
    const uploaded = async (syndication: Syndication) => {
      const bytes = await drawing(800, 600).png().toBuffer()
      const marked = Buffer.concat([bytes, Buffer.from(syndication)])
      const query = `rights=${encodeURIComponent(JSON.stringify({ syndication }))}&alt=${syndication}`
      return (await closed.editor.post(`/v1/media?${query}`).type('image/png').send(marked).expect(201)).body
    }
    const [open, byGrant, denied] = [await uploaded('allowed'), await uploaded('by-grant'), await uploaded('denied')]
    const [portrait, unused] = [await storePhoto(closed), await storePhoto(closed)]
    const all = [open, byGrant, denied]
    const { body: section } = await closed.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
    const { body: other } = await closed.editor.post('/v1/sections').send({ name: 'Local' }).expect(201)
    const { body: author } = await closed.editor
      .post('/v1/authors')
      .send({ name: 'Ida', image: portrait.id })
      .expect(201)
    const article = {
      headline: 'Bridge reopens',
      section: section.id,
      authors: [author.id],
      image: { media: denied.id },
      body: all.map(({ id: media }) => ({ type: 'image', media })),
    }
    const { body: published } = await closed.editor.post('/v1/articles?publish=true').send(article).expect(201)
    const key = async (grant: object) => (await closed.newKey('partner', { grant })).client
    const clients = {
      ungranted: closed.partner,
      granted: await key({ sections: [section.id] }),
      withMedia: await key({ sections: [section.id], media: true }),
      elsewhere: await key({ sections: [other.id], media: true }),
      reader: closed.reader,
    }
    const found: Record<string, string[]> = {}
    for (const [name, client] of Object.entries(clients)) {
      found[name] = []
      for (const { id, alt, renditions } of all) {
        const { status } = await client.get(renditions[0].url.replace(SITE.PUBLIC_URL, '') as string)
        const file = await client.get(`/media/${id}/file`)
        expect([status, file.status]).toEqual(status === 200 ? [200, 307] : [404, 404])
        if (status === 200) found[name].push(alt)
      }
    }
    expect(found).toEqual({
      ungranted: ['allowed'],
      granted: ['allowed'],
      withMedia: ['allowed', 'by-grant'],
      elsewhere: [],
      reader: ['allowed', 'by-grant', 'denied'],
    })
    await closed.anyone.get(`/media/${open.id}/file`).expect(401)
    // The image of its author is shown with the article; what no article shows is not there.
    await clients.granted.get(`/media/${portrait.id}/file`).expect(307)
    await clients.elsewhere.get(`/media/${portrait.id}/file`).expect(404)
    await clients.granted.get(`/media/${unused.id}/file`).expect(404)

    const paths = [
      `/v1/articles/${published.id}`,
      '/v1/articles',
      '/v1/search?q=bridge',
      `/v1/sections/${section.id}?include=latest`,
      '/feeds/feed.json',
      '/sitemap.xml',
    ]
    for (const path of paths) await closed.partner.get(path).expect(403)
    const texts = [
      await clients.granted.get(`/v1/articles/${published.id}/jsonld`).buffer(true).expect(200),
      await clients.granted.get(`/v1/articles/${published.id}/ninjs`).buffer(true).expect(200),
      await clients.granted.get('/v1/changes?include=edition').expect(200),
      await clients.granted.get('/v1/changes/snapshot').expect(200),
    ].map(({ text }) => all.filter(({ id }) => text.includes(id)).map(({ alt }) => alt))
    expect(texts).toEqual(Array(4).fill(['allowed']))
    await closed.close()
  })

  it('partners get the files of advance copies as early as these', async () => {
    const closed = await newsroom({ ...SITE, PUBLIC_READ: 'false' })
    const { id: media } = await storePhoto(closed)
    const at = new Date(closed.clock.now().getTime() + 3_600_000).toISOString()
    const { body } = await closed.editor.post('/v1/articles').send({ headline: 'Early', image: { media } }).expect(201)
    await closed.editor.post(`/v1/articles/${body.id}/publish`).send({ at }).expect(200)
    const early = await closed.newKey('partner', { grant: { embargoLeadSeconds: 3_600 } })
    const late = await closed.newKey('partner', { grant: { embargoLeadSeconds: 60 } })
    await early.client.get(`/media/${media}/file`).expect(307)
    await late.client.get(`/media/${media}/file`).expect(404)
    await closed.close()
  })
})

/** Where the world can see a picture: each way out, and whether it has the address. */
async function waysOut(article: string, media: string): Promise<Record<string, boolean>> {
  const paths = {
    article: `/v1/articles/${article}`,
    html: `/v1/articles/${article}?body=html`,
    list: '/v1/articles?limit=100',
    search: '/v1/search?q=reopens',
    section: '/v1/sections/day?include=latest',
    rss: '/feeds/rss.xml',
    atom: '/feeds/atom.xml',
    feed: '/feeds/feed.json',
    jsonld: `/v1/articles/${article}/jsonld`,
    news: '/news-sitemap.xml',
  }
  const seen: Record<string, boolean> = {}
  for (const [name, path] of Object.entries(paths))
    seen[name] = (await room.anyone.get(path).buffer(true).expect(200)).text.includes(`/media/${media}/`)
  const ninjs = await room.partner.get(`/v1/articles/${article}/ninjs`).expect(200)
  const snapshot = await room.partner.get('/v1/changes/snapshot?limit=500').expect(200)
  return { ...seen, ninjs: ninjs.text.includes(media), snapshot: snapshot.text.includes(`/media/${media}/`) }
}
const everywhere = (ways: Record<string, boolean>, value: boolean) =>
  Object.fromEntries(Object.keys(ways).map((name) => [name, value]))

describe('a day of a newsroom', () => {
  it('uploads, captions, crops, publishes, replaces and takes down a picture', async () => {
    await room.editor.post('/v1/sections').send({ name: 'Day' }).expect(201)
    const { body: media } = await room.editor
      .post('/v1/media')
      .set('content-type', 'image/jpeg')
      .send(await photo({ width: 2400, height: 1600 }))
      .expect(201)
    await room.editor
      .patch(`/v1/media/${media.id}`)
      .send({ alt: 'The bridge', caption: 'Open again', focalPoint: { x: 0.2, y: 0.4 } })
      .expect(200)
    const image = { media: media.id, caption: 'On Thursday', crop: { x: 0, y: 0, width: 0.8, height: 0.8 } }
    const body = [{ type: 'image', media: media.id }]
    const { id } = await publish({ section: 'day', image, body })
    const before = await waysOut(id, media.id)
    expect(before).toEqual(everywhere(before, true))
    const { body: jsonld } = await room.anyone.get(`/v1/articles/${id}/jsonld`).expect(200)
    const objects = JSON.parse(JSON.stringify(jsonld)).image
    expect(objects).toHaveLength(4)
    const ratios = objects.slice(0, 3).map(({ width, height }: Record<string, number>) => (width ?? 0) / (height ?? 1))
    for (const [index, ratio] of [16 / 9, 4 / 3, 1].entries()) expect(ratios[index]).toBeCloseTo(ratio, 1)
    expect(objects[0]).toMatchObject({ caption: 'On Thursday', acquireLicensePage: 'https://news.example/licensing' })

    // Another file for the same entry: each address is another.
    const { url } = (await live(id)).image
    await room.editor
      .put(`/v1/media/${media.id}/file`)
      .set('content-type', 'image/jpeg')
      .send(await drawing(2_000, 1_500).jpeg().toBuffer())
      .expect(200)
    expect((await live(id)).image.url).not.toBe(url)

    const cursor = (await room.partner.get('/v1/changes/snapshot?limit=1').expect(200)).body.page.since
    const { body: lost } = await room.editor
      .post(`/v1/media/${media.id}/takedown`)
      .send({ reason: 'The agency has withdrawn it.' })
      .expect(200)
    expect(lost.articles.map((one: { id: string }) => one.id)).toEqual([id])
    const after = await waysOut(id, media.id)
    expect(after).toEqual(everywhere(after, false))
    const { body: changes } = await room.partner.get(`/v1/changes?since=${cursor}&include=edition`).expect(200)
    expect(changes.data.map(({ type }: { type: string }) => type)).toEqual(['article.updated', 'media.withdrawn'])
    expect(changes.data[0].edition.image).toBeNull()
    expect(changes.data[1]).toMatchObject({ media: { id: media.id }, articles: [{ id }] })

    // The working copy still has it, and says so when it is published.
    expect((await draft(id)).image.id).toBe(media.id)
    const { body: published } = await room.editor.post(`/v1/articles/${id}/publish`).expect(200)
    expect(published.warnings.map(({ code }: { code: string }) => code)).toEqual([
      'media-unavailable',
      'media-unavailable',
    ])
    await recompileStale(room.storage)
    expect(await waysOut(id, media.id)).toEqual(after)
  })

  it('shows a picture until its rights expire', async () => {
    const expiresAt = new Date(room.clock.now().getTime() + 60_000).toISOString()
    const { id: media } = await storePhoto(room, { rights: { expiresAt }, expiresAt })
    const { id } = await publish({ image: { media } })
    expect((await live(id)).image.id).toBe(media)
    room.clock.tick(61_000)
    await expireDue(room)
    expect((await live(id)).image).toBeNull()
  })
})

it('a filter by media that has expired finds no live article, and the working copy still', async () => {
  const expiresAt = new Date(room.clock.time.getTime() + 60_000).toISOString()
  const { id: media } = await storePhoto(room, { expiresAt, rights: { expiresAt } })
  const { id } = await publish({ image: { media } })
  const found = async (path: string, client = room.anyone) =>
    (await client.get(path).expect(200)).body.data.map((one: { id: string }) => one.id)
  const paths = [`/v1/articles?media=${media}`, `/v1/search?q=bridge&media=${media}`]
  for (const path of paths) expect(await found(path)).toEqual([id])
  room.clock.tick(60_000)
  await expireDue(room)
  for (const path of paths) expect(await found(path)).toEqual([])
  expect(await found(`/v1/articles?version=draft&media=${media}`, room.editor)).toEqual([id])
})
