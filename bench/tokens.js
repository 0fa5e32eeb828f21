import { inflateRawSync } from 'node:zlib'
import { editionTokens, textTokens } from '../dist/editions/indexing.js'
import { GAP } from '../dist/storage/fulltext.js'

/** The tokens that SQLite's index stores for a row, which is an edition or a working copy. */
const textOf = ({ positioned, unpositioned }) => [...positioned, GAP, ...unpositioned].join(' ')
const contentOf = ({ content }) => JSON.parse(inflateRawSync(content).toString())

export const tokensOfEdition = async (row) => textOf(await editionTokens(contentOf(row)))
export const tokensOfDraft = async (row) => textOf(await textTokens(contentOf(row)))
