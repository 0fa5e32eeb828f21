/** Generated content, the same in every run, as it is posted to Dateline. */
import { chance } from './chance.js'
import { sentences, title, words } from './prose.js'

const SIZES = { authors: 200, sections: 50, tags: 300, sources: 100 }
const TOP_SECTIONS = 8
const SOURCE_KINDS = ['outlet', 'agency', 'person', 'organization', 'document']
const RELATIONS = ['origin', 'quoted', 'cited', 'photo']
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
    tags: listOf(SIZES.tags, (index) => ({ slug: `tag-${index}`, name: name() })),
    sources: listOf(SIZES.sources, (index) => ({
      slug: `source-${index}`,
      name: name(),
      kind: SOURCE_KINDS[index % SOURCE_KINDS.length],
      description: words(random, 8),
      url: `https://example.org/sources/${index}`,
    })),
  }
}

/**
 * The article with this number, as it is posted: its reply is about 6 kB of JSON.
 * @param {number} number
 * @param {string} [related] the id of an article to link to
 */
export function article(number, related) {
  const random = chance(1_000 + number)
  const source = () => `source-${random.skewed(SIZES.sources)}`
  return {
    headline: title(random, 5 + random.below(5)),
    kicker: title(random, 2),
    summary: sentences(random, 2),
    dateline: { city: title(random, 1), country: 'NZ' },
    section: `section-${random.below(SIZES.sections)}`,
    authors: distinct(1 + random.below(2), () => `author-${random.below(SIZES.authors)}`),
    tags: distinct(3, () => `tag-${random.skewed(SIZES.tags)}`),
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
