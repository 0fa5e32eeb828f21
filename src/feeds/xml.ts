import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true })

/** XML 1.0 in UTF-8: members that begin with `@_` are attributes, `#text` is text. Escapes whatever has to be. */
export const xml = (document: object): string =>
  builder.build({ '?xml': { '@_version': '1.0', '@_encoding': 'utf-8' }, ...document })
