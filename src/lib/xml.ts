import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true })

/** XML 1.0 in UTF-8, as `elements` makes it. */
export const xml = (document: object): string => XML_DECLARATION + elements(document)

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

/**
 * Elements by their names: members that begin with `@_` are attributes, `#text` is text, a list is so many elements.
 * Escapes whatever has to be, and what a parser would take for another space or line end; what XML cannot hold at all is
 * shown as U+FFFD.
 */
export const elements = (members: object): string =>
  builder
    .build(members)
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;')
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
