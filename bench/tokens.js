import { inflateRawSync } from 'node:zlib'
import { editionTokens } from '../dist/editions/indexing.js'
import { GAP } from '../dist/storage/fulltext.js'

/** The tokens that SQLite's index stores for an edition. */
export async function tokensOfEdition({ content }) {
  const { positioned, unpositioned } = await editionTokens(JSON.parse(inflateRawSync(content).toString()))
  return [...positioned, GAP, ...unpositioned].join(' ')
}
