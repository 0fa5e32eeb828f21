import { inflateRawSync } from 'node:zlib'
import { textTokensOf, tokensOf } from '../dist/editions/indexing.js'
import { GAP } from '../dist/storage/fulltext.js'

/** What SQLite's index keeps of a row's content: as it does of an edition, or of a working copy. */
const textOf = ({ placed, unplaced }) => [...placed, GAP, ...unplaced].join(' ')
const contentOf = ({ content }) => JSON.parse(inflateRawSync(content).toString())

export const tokensOfEdition = (row) => textOf(tokensOf(contentOf(row)))
export const tokensOfDraft = (row) => textOf(textTokensOf(contentOf(row)))
