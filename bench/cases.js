/**
 * The cases. A case has a name, creates the requests of the load, and names Dateline's rival:
 * `constants`, bare Fastify that sends the same bytes; or `inserts`, bare Fastify that writes the same rows. Reads that
 * have `sql` are compared with Fastify with hand-written SQL, too.
 */
import { deepCursors } from './deep-pages.js'
import { PICTURED } from './newsroom.js'
import { posts } from './posts.js'

/**
 * @typedef {object} World what the requests of a case are created from
 * @property {string} base the address of Dateline
 * @property {number} articles how many articles it has
 * @property {number} urls how many different URLs a case has, at most
 * @property {Sampled[]} sample articles spread over all that there are
 * @property {Record<'authors' | 'sections' | 'tags' | 'sources', { slug: string }[]>} entries the catalogue
 * @property {(path: string) => Promise<string>} etag the ETag of a reply
 */

/** @typedef {{ slug: string, headline: string, section: string, authors: string[], tags: string[], publishedAt: string, image?: object }} Sampled */

/**
 * To what a case is compared: bare Fastify with as few headers as possible; bare Fastify, of Dateline without its cache;
 * hand-written inserts.
 * @typedef {'minimal' | 'uncached' | 'inserts'} Ratio
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {'constants' | 'inserts'} against
 * @property {boolean} [sql]
 * @property {number} [connections] 32 if left out
 * @property {number} [status] of every reply; 200 if left out
 * @property {Partial<Record<Ratio, number>>} [targets] the ratios that are meant to be reached, by their rivals
 * @property {(world: World) => import('./load.js').LoadRequest[] | Promise<import('./load.js').LoadRequest[]>} requests
 */

const DAY = 86_400_000
/** The range of dates of the combined filter, on each side of an article, in milliseconds. */
const STRETCH = 180 * DAY

/** @param {import('./load.js').LoadRequest[]} requests */
const compressed = (requests) => requests.map((one) => ({ ...one, headers: { 'accept-encoding': 'br' } }))

/** @type {Case[]} */
export const cases = [
  {
    name: 'detail',
    title: 'One article',
    against: 'constants',
    targets: { minimal: 0.8, uncached: 0.6 },
    sql: true,
    requests: (world) => details(world),
  },
  {
    name: 'list',
    title: 'List of 20, first page',
    against: 'constants',
    targets: { minimal: 0.8, uncached: 0.5 },
    sql: true,
    requests: () => [{ path: '/v1/articles' }],
  },
  {
    name: 'filtered',
    title: 'List by tag, section or author',
    against: 'constants',
    targets: { minimal: 0.8, uncached: 0.5 },
    sql: true,
    requests: (world) => filters(world).map((filter) => ({ path: `/v1/articles?${filter}` })),
  },
  {
    name: 'deep',
    title: 'List of 20, deep page',
    against: 'constants',
    targets: { minimal: 0.8, uncached: 0.5 },
    sql: true,
    requests: async (world) => (await deepCursors(world)).map((cursor) => ({ path: `/v1/articles?cursor=${cursor}` })),
  },
  {
    name: 'combined',
    title: 'List by author and tag, or section, tag and dates',
    against: 'constants',
    sql: true,
    requests: ({ sample }) => sample.map((one, index) => ({ path: `/v1/articles?${combined(one, index)}` })),
  },
  {
    name: 'list-images',
    title: 'List of 20 with lead images',
    against: 'constants',
    requests: () => [{ path: `/v1/articles?tag=${PICTURED}` }],
  },
  {
    name: 'detail-images',
    title: 'One article with a lead image',
    against: 'constants',
    requests: ({ sample, ...world }) => details({ ...world, sample: sample.filter(({ image }) => image) }),
  },
  {
    name: 'detail-br',
    title: 'One article, compressed',
    against: 'constants',
    targets: { minimal: 0.8 },
    requests: (world) => compressed(details(world)),
  },
  {
    name: 'list-br',
    title: 'List of 20, compressed',
    against: 'constants',
    targets: { minimal: 0.8 },
    requests: () => compressed([{ path: '/v1/articles' }]),
  },
  {
    name: 'search',
    title: 'Search, without facets',
    against: 'constants',
    sql: true,
    requests: (world) => searches(world).map((q) => ({ path: `/v1/search?q=${encodeURIComponent(q)}&facets=none` })),
  },
  {
    name: 'search-facets',
    title: 'Search, with facets',
    against: 'constants',
    sql: true,
    requests: (world) => searches(world).map((q) => ({ path: `/v1/search?q=${encodeURIComponent(q)}` })),
  },
  {
    name: 'detail-304',
    title: 'One article, not modified',
    against: 'constants',
    targets: { minimal: 0.8 },
    status: 304,
    requests: (world) => conditional(world, details(world)),
  },
  {
    name: 'list-304',
    title: 'List by tag, section or author, not modified',
    against: 'constants',
    targets: { minimal: 0.8 },
    status: 304,
    requests: (world) =>
      conditional(
        world,
        filters(world).map((filter) => ({ path: `/v1/articles?${filter}` })),
      ),
  },
  {
    name: 'html',
    title: 'One article, `body=html`',
    against: 'constants',
    requests: (world) => details(world, '?body=html'),
  },
  {
    name: 'fields',
    title: 'One article, `fields=id,headline`',
    against: 'constants',
    requests: (world) => details(world, '?fields=id,headline'),
  },
  {
    name: 'feeds',
    title: 'Feeds of 50, of sections: RSS, Atom, JSON Feed',
    against: 'constants',
    requests: ({ entries }) =>
      entries.sections
        .slice(0, 20)
        .flatMap(({ slug }) =>
          ['rss.xml', 'atom.xml', 'feed.json'].map((file) => ({ path: `/feeds/${file}?section=${slug}` })),
        ),
  },
  {
    name: 'create',
    title: 'Create, 8 connections',
    against: 'inserts',
    connections: 8,
    status: 201,
    requests: () => posts('/v1/articles'),
  },
  {
    name: 'publish',
    title: 'Create and publish, 8 connections',
    against: 'inserts',
    targets: { inserts: 0.8 },
    connections: 8,
    status: 201,
    requests: () => posts('/v1/articles?publish=true'),
  },
  {
    name: 'publish-32',
    title: 'Create and publish, 32 connections',
    against: 'inserts',
    targets: { inserts: 1 },
    status: 201,
    requests: () => posts('/v1/articles?publish=true'),
  },
]

/**
 * @param {World} world
 * @param {string} [query]
 */
const details = ({ sample }, query = '') => sample.map(({ slug }) => ({ path: `/v1/articles/${slug}${query}` }))

/**
 * Filters by one entry: tags, sections and authors mixed evenly.
 * @param {World} world
 */
function filters({ entries }) {
  const named = (/** @type {string} */ parameter, /** @type {{ slug: string }[]} */ list) =>
    list.map(({ slug }, index) => ({ filter: `${parameter}=${slug}`, place: index / list.length }))
  const { tags, sections, authors } = entries
  const all = [...named('tag', tags), ...named('section', sections), ...named('author', authors)]
  return all.sort((a, b) => a.place - b.place).map(({ filter }) => filter)
}

/**
 * Search queries: a word of a headline, two words, and two adjacent ones as a phrase.
 * @param {World} world
 */
const searches = ({ sample }) =>
  sample.map(({ headline }, index) => {
    const words = headline.split(' ')
    const [word = '', next = ''] = words.slice(index % Math.max(1, words.length - 1))
    return [word, `${word} ${words[0]}`, `"${word} ${next}"`][index % 3] ?? word
  })

/**
 * @param {Sampled} article
 * @param {number} index
 */
function combined({ section, authors, tags, publishedAt }, index) {
  const [author] = authors
  const [tag] = tags
  if (index % 2 === 0) return `author=${author}&tag=${tag}`
  const at = Date.parse(publishedAt)
  const [from, to] = [at - STRETCH, at + STRETCH].map((time) => encodeURIComponent(new Date(time).toISOString()))
  return `section=${section}&tag=${tag}&publishedAt[gte]=${from}&publishedAt[lt]=${to}`
}

/**
 * The same requests from clients that have the replies cached.
 * @param {World} world
 * @param {import('./load.js').LoadRequest[]} requests
 */
async function conditional({ etag }, requests) {
  const known = []
  for (const { path } of requests) known.push({ path, headers: { 'if-none-match': await etag(path) } })
  return known
}
