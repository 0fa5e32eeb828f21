/**
 * Fills a new database: `node bench/seed.js <database> <articles> <samples> <file>`. It calls the functions that the
 * routes call, many articles in a transaction, so that the rows are those that the API would write. The file gets a
 * sample, as JSON: articles spread evenly over all.
 */
import { writeFileSync } from 'node:fs'
import { createLive } from '../dist/articles/lifecycle/publish.js'
import { readBody } from '../dist/body/read.js'
import { authorKind } from '../dist/catalogue/authors.js'
import { sectionKind } from '../dist/catalogue/sections.js'
import { sourceKind } from '../dist/catalogue/sources.js'
import { createEntry } from '../dist/catalogue/store.js'
import { tagKind } from '../dist/catalogue/tags.js'
import { readConfig } from '../dist/config.js'
import { mergeIndex } from '../dist/editions/indexing.js'
import { applyMediaSettings, mediaSettingsOf } from '../dist/media/apply-settings.js'
import { createMedia } from '../dist/media/upload.js'
import { openStorage } from '../dist/storage/open.js'
import { article, catalogue, photos } from './newsroom.js'

/** How many articles one transaction creates. */
const BATCH = 500
/** Over how many years they were published. */
const YEARS = 10
/** How often one links to an article before it. */
const EVERY_RELATED = 3

const caller = { id: null, name: 'Bench', role: 'admin', expiresAt: null, rateLimit: null }
const [database = '', total = 0, samples = 0, sampleFile = ''] = process.argv.slice(2).map(readArgument)

/** @param {string} text */
function readArgument(text) {
  return /^\d+$/.test(text) ? Number(text) : text
}

const end = Date.now() - 86_400_000
const step = (YEARS * 365 * 86_400_000) / Number(total)
const moment = (/** @type {number} */ number) => new Date(end - (Number(total) - number) * step).toISOString()

/** @type {{ slug: string, section: string, authors: string[], tags: string[], publishedAt: string }[]} */
const sample = []
const sampleEvery = Math.max(1, Math.floor(Number(total) / Number(samples)))
/** @type {string | undefined} */
let earlier

/** @type {string[]} */
const images = []

const storage = await openStorage(String(database))
// As the service does when it starts: later every edition with media would be compiled again.
await applyMediaSettings({ storage, clock: { now: () => new Date() } }, mediaSettingsOf(readConfig({})))
await storage.transaction(createCatalogue)
for (let first = 0; first < Number(total); first += BATCH) {
  await storage.transaction((tx) => createArticles(tx, first, Math.min(first + BATCH, Number(total))))
  if (first > 0 && first % 50_000 === 0) process.stderr.write(`  ${first} articles\n`)
}
// As the service does each day.
await mergeIndex(storage)
await storage.close()
writeFileSync(String(sampleFile), JSON.stringify(sample))

async function createCatalogue(tx) {
  const kinds = { sections: sectionKind, authors: authorKind, sources: sourceKind, tags: tagKind }
  const entries = catalogue()
  for (const [name, kind] of Object.entries(kinds))
    for (const entry of entries[name]) await createEntry(tx, kind, entry, { caller, now: moment(0), requestId: null })
  for (const photo of photos())
    images.push((await createMedia(tx, photo, {}, { caller, now: moment(0), requestId: null })).row.id)
}

async function createArticles(tx, first, last) {
  for (let number = first; number < last; number++) {
    const { body, ...input } = article(number, number % EVERY_RELATED === 0 ? earlier : undefined, images)
    const { blocks } = await readBody(body)
    const now = moment(number)
    const context = { caller, now, requestId: null }
    const { row } = await createLive(tx, { input, body: blocks }, context)
    const { id, slug } = row
    if (number % sampleEvery === 0) sample.push({ ...input, slug, publishedAt: now })
    earlier = id
  }
}
