/** Where a body's links may lead. */
import { parseInline, walk } from './inline.ts'

const SAFE = /^(?:https?|mailto|tel):/i
/** Here may begin a link or an autolink whose address does not plainly start in a safe way: worth a true reading. */
const DOUBTFUL = /\]\((?!https?:|mailto:|tel:|[/#])|<(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:/i
/** Line ends count: a blank line parts paragraphs. */
const MARKS = /[\\*_~`[\]<&\n]/g
/** Most Markdown characters in one body: what bounds the time that reading it takes. */
export const MAX_MARKUP = 50_000

type Texts = { type: string; text?: string; caption?: string | null | undefined } & {
  items?: string[]
  header?: string[]
  rows?: string[][]
}
interface LinkIssue {
  path: PropertyKey[]
  message: string
}

/**
 * The protocol that a link must not have, as its name; null for a link that is safe: http, https, mailto, tel, or
 * relative. Control characters and spaces, which browsers skip, do not hide it.
 */
export function forbiddenProtocol(url: string): string | null {
  if (SAFE.test(url)) return null
  const bare = url.replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, '')
  const [start = ''] = bare.split(/[/?#\\]/, 1)
  const colon = start.indexOf(':')
  return colon < 0 ? null : `${start.slice(0, colon).toLowerCase()}:`
}

/** How many characters of a text Markdown may read as markup. */
export function countMarkup(text: string): number {
  return text.match(MARKS)?.length ?? 0
}

/** What is wrong with the links in the blocks' texts, each with the path to its text. */
export function unsafeLinks(blocks: Texts[]): LinkIssue[] {
  const texts = blocks.flatMap((block, index) =>
    textsOf(block).map(({ path, text }) => ({ path: [index, ...path], text })),
  )
  const marks = texts.reduce((sum, { text }) => sum + countMarkup(text), 0)
  if (marks > MAX_MARKUP)
    return [{ path: [], message: `must not hold more than ${MAX_MARKUP} line ends and characters of Markdown` }]
  return texts.flatMap(({ path, text }) => {
    const protocol = DOUBTFUL.test(text) ? protocolIn(text) : null
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

function textsOf(block: Texts): { path: PropertyKey[]; text: string }[] {
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
