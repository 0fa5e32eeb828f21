/** Checks the protocols of a body's links. */

import type { BlockInput } from './block.ts'
import { textsIn } from './block-texts.ts'
import { isLink } from './inline.ts'
import { parseInline } from './parse-inline.ts'

const SAFE = /^(?:https?|mailto|tel):/i
/** A possible link or autolink without an obviously safe protocol: the text has to be parsed. */
const SUSPICIOUS = /\]\((?!https?:|mailto:|tel:|[/#])|<(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:/i
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

/** The issues with links in the blocks, each with the path of its text. */
export function unsafeLinks(blocks: BlockInput[]): LinkIssue[] {
  return blocks.flatMap((block, index) =>
    textsIn(block).flatMap(({ path, text }) => {
      const protocol = SUSPICIOUS.test(text) ? protocolIn(text) : null
      return protocol === null ? [] : [{ path: [index, ...path], message: `must not link to ${protocol} addresses` }]
    }),
  )
}

function protocolIn(text: string): string | null {
  for (const { marks } of parseInline(text).flat()) {
    const link = marks.find(isLink)
    const protocol = link ? forbiddenProtocol(link.href) : null
    if (protocol !== null) return protocol
  }
  return null
}
