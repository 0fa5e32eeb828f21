/** Generated content, the same in every run, as it is posted to Dateline. */
import { chance } from './chance.js'
import { sentences, title, words } from './prose.js'

const SIZES = { authors: 200, sections: 50, tags: 300, sources: 100 }
const TOP_SECTIONS = 8
const SOURCE_KINDS = ['outlet', 'agency', 'person', 'organization', 'document']
const RELATIONS = ['origin', 'quoted', 'cited', 'photo']
/** How many photos there are, and how often an article has one as its lead image; then it has a tag of its own. */
const PHOTOS = 100
const EVERY_PICTURED = 7
export const PICTURED = 'pictured'
const LANGUAGES = ['en', 'en', 'en', 'en', 'fr', 'es']

/**
 * @template T
 * @param {number} length
 * @param {(index: number) => T} create
 */
const listOf = (length, create) => Array.from({ length }, (_, index) => create(index))

/** The catalogue: every entry as it is posted, sections above before those below them. */
export function catalogue() {
  const random = chance(1)
  const name = () => title(random, 2)
  return {
    authors: listOf(SIZES.authors, (index) => ({
      slug: `author-${index}`,
      name: name(),
      jobTitle: title(random, 2),
      bio: sentences(random, 2),
      links: [{ label: 'Site', url: `https://example.org/authors/${index}` }],
    })),
    sections: listOf(SIZES.sections, (index) => ({
      slug: `section-${index}`,
      name: name(),
      ...(index >= TOP_SECTIONS && { parent: `section-${Math.floor((index - TOP_SECTIONS) / 4)}` }),
      position: index,
    })),
    tags: [
      ...listOf(SIZES.tags, (index) => ({ slug: `tag-${index}`, name: name() })),
      { slug: PICTURED, name: 'Pictured' },
    ],
    sources: listOf(SIZES.sources, (index) => ({
      slug: `source-${index}`,
      name: name(),
      kind: SOURCE_KINDS[index % SOURCE_KINDS.length],
      description: words(random, 8),
      url: `https://example.org/sources/${index}`,
    })),
  }
}

/** What is known of each photo, as of an upload: articles that show one need no file. */
export const photos = () =>
  listOf(PHOTOS, (index) => ({
    file: { path: '', checksum: index.toString(16).padStart(64, '0'), byteSize: 8_000_000 },
    fileName: `photo-${index}.jpg`,
    facts: {
      kind: /** @type {const} */ ('image'),
      mimeType: 'image/jpeg',
      width: 6_000,
      height: 4_000,
      dominantColour: '#335577',
      thumbhash: 'YTkGJwaRhWUIt4lbgnhZl3ath2BUBGYA',
      metadata: { caption: 'The harbour at dawn, before the ferries run.', credit: 'Ana Moreau/Coastal Wire' },
    },
  }))

/**
 * The article with this number, as it is posted: its reply is about 6 kB of JSON.
 * @param {number} number
 * @param {string} [related] the id of an article to link to
 * @param {string[]} [images] the ids of photos
 */
export function article(number, related, images = []) {
  const random = chance(1_000 + number)
  const source = () => `source-${random.skewed(SIZES.sources)}`
  const image = number % EVERY_PICTURED === 0 ? images[number % images.length] : undefined
  return {
    headline: title(random, 5 + random.below(5)),
    kicker: title(random, 2),
    summary: sentences(random, 2),
    dateline: { city: title(random, 1), country: 'NZ' },
    section: `section-${random.below(SIZES.sections)}`,
    authors: distinct(1 + random.below(2), () => `author-${random.below(SIZES.authors)}`),
    tags: [...distinct(3, () => `tag-${random.skewed(SIZES.tags)}`), ...(image ? [PICTURED] : [])],
    ...(image && { image: { media: image, alt: 'The harbour' } }),
    language: LANGUAGES[random.below(LANGUAGES.length)],
    body: bodyOf(random, source),
    citations: listOf(2, (index) => ({
      source: source(),
      relation: RELATIONS[(number + index) % RELATIONS.length],
      quote: sentences(random, 1),
    })),
    relatedLinks: [
      related === undefined
        ? { url: `https://example.org/pages/${number}`, title: title(random, 5), teaser: sentences(random, 1) }
        : { article: related, label: 'Check also' },
    ],
  }
}

/**
 * @param {import('./chance.js').Chance} random
 * @param {() => string} source
 */
function bodyOf(random, source) {
  const paragraph = () => ({ type: 'paragraph', text: sentences(random, 2 + random.below(2)) })
  return [
    ...listOf(4, paragraph),
    { type: 'image', url: 'https://example.org/images/1.jpg', alt: words(random, 8), caption: sentences(random, 1) },
    { type: 'quote', text: sentences(random, 1), source: source() },
    { type: 'heading', level: 2, text: title(random, 4) },
    ...listOf(4, paragraph),
    { type: 'list', ordered: false, items: listOf(3, () => words(random, 6)) },
    paragraph(),
  ]
}

/**
 * @param {number} count
 * @param {() => string} draw
 */
function distinct(count, draw) {
  const drawn = new Set()
  while (drawn.size < count) drawn.add(draw())
  return [...drawn]
}
