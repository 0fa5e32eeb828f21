import { inflateRawSync } from 'node:zlib'
import { tokensOf } from '../dist/editions/indexing.js'

/** What the index has of a row of editions. */
export const tokensOfEdition = (/** @type {{ content: Buffer }} */ { content }) =>
  tokensOf(JSON.parse(inflateRawSync(content).toString())).join(' ')
