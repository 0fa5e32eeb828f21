/** Checks the protocols of a body's links. */
import { forbiddenProtocol } from './addresses.ts'
import type { BlockText } from './block-texts.ts'
import { isLink } from './inline.ts'
import { parseInline } from './parse-inline.ts'

/** A possible link or autolink without an obviously safe protocol: the text has to be parsed. */
const SUSPICIOUS = /\]\((?!https?:|mailto:|tel:|[/#])|<(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:/i
interface LinkIssue {
  path: PropertyKey[]
  message: string
}

/** The issues with links in the texts of blocks, each with the path of its text. */
export function* unsafeLinks(blocks: BlockText[][]): Generator<LinkIssue> {
  for (const [index, texts] of blocks.entries())
    for (const { path, text } of texts) {
      const protocol = SUSPICIOUS.test(text) ? protocolIn(text) : null
      if (protocol !== null) yield { path: [index, ...path], message: `must not link to ${protocol} addresses` }
    }
}

function protocolIn(text: string): string | null {
  for (const { marks } of parseInline(text).flat()) {
    const link = marks.find(isLink)
    const protocol = link ? forbiddenProtocol(link.href) : null
    if (protocol !== null) return protocol
  }
  return null
}
