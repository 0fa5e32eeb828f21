/** Checks the protocols of a body's links. */
import { parseInline, walk } from './inline.ts'

const SAFE = /^(?:https?|mailto|tel):/i
/** A possible link or autolink without an obviously safe protocol: the text has to be parsed. */
const SUSPICIOUS = /\]\((?!https?:|mailto:|tel:|[/#])|<(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:/i
/** Characters that may be markup; line ends are, as blank lines separate paragraphs. */
const MARKUP = /[\\*_~`[\]<&\n]/g
/** Most characters of markup in one body. It bounds the time of parsing. */
export const MAX_MARKUP = 50_000

type BlockTexts = { type: string; text?: string; caption?: string | null | undefined } & {
  items?: string[]
  header?: string[]
  rows?: string[][]
}
interface LinkIssue {
  path: PropertyKey[]
  message: string
}

/**
 * The protocol of a URL if links must not have it, such as `javascript:`; null for http, https, mailto, tel and relative
 * URLs. Control characters and spaces are ignored, as in browsers.
 */
export function forbiddenProtocol(url: string): string | null {
  if (SAFE.test(url)) return null
  const bare = url.replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, '')
  const [start = ''] = bare.split(/[/?#\\]/, 1)
  const colon = start.indexOf(':')
  return colon < 0 ? null : `${start.slice(0, colon).toLowerCase()}:`
}

/** The number of characters that Markdown may interpret as markup. */
export function countMarkup(text: string): number {
  return text.match(MARKUP)?.length ?? 0
}

/** The issues with links in the blocks, each with the path of its text. */
export function unsafeLinks(blocks: BlockTexts[]): LinkIssue[] {
  const texts = blocks.flatMap((block, index) =>
    textsOf(block).map(({ path, text }) => ({ path: [index, ...path], text })),
  )
  const marks = texts.reduce((sum, { text }) => sum + countMarkup(text), 0)
  if (marks > MAX_MARKUP)
    return [{ path: [], message: `must not hold more than ${MAX_MARKUP} line ends and characters of Markdown` }]
  return texts.flatMap(({ path, text }) => {
    const protocol = SUSPICIOUS.test(text) ? protocolIn(text) : null
    return protocol === null ? [] : [{ path, message: `must not link to ${protocol} addresses` }]
  })
}

function protocolIn(text: string): string | null {
  for (const children of parseInline(text)) {
    for (const { node } of walk({ children })) {
      const protocol = node.type === 'link' ? forbiddenProtocol(node.url) : null
      if (protocol !== null) return protocol
    }
  }
  return null
}

function textsOf(block: BlockTexts): { path: PropertyKey[]; text: string }[] {
  const texts: { path: PropertyKey[]; text: string }[] = []
  if (block.type === 'code') return texts
  if (block.text !== undefined) texts.push({ path: ['text'], text: block.text })
  if (block.caption) texts.push({ path: ['caption'], text: block.caption })
  block.items?.forEach((text, i) => {
    texts.push({ path: ['items', i], text })
  })
  block.header?.forEach((text, i) => {
    texts.push({ path: ['header', i], text })
  })
  block.rows?.forEach((row, i) => {
    row.forEach((text, j) => {
      texts.push({ path: ['rows', i, j], text })
    })
  })
  return texts
}
