/** The parts of inline Markdown that can be read by themselves. */
import { decodeHTMLStrict } from 'entities'

export const ESCAPABLE = /[!-/:-@[-`{-~]/

export type Kind = 'space' | 'punctuation' | 'other'

/**
 * The kind of the character at a position, for the rules of emphasis; the ends of a text are spaces. Characters beyond U+FFFF
 * count as letters: `**Go 🚢**now` is strong.
 */
export function kindAt(text: string, at: number): Kind {
  const char = text[at]
  if (char === undefined || /^[^\S\uFEFF]$/.test(char)) return 'space'
  return /^[\p{P}\p{S}]$/u.test(char) ? 'punctuation' : 'other'
}

const SPACES = /[ \t\n]*/y
const ENCLOSED = /<((?:[^<>\n\\]|\\[^\n])*)>/y
const TITLE = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\((?:[^()\\]|\\[\s\S])*\)/y
const MAX_PARENTHESES = 32

/** The `(target "title")` of a link at a position, and where it ends; null if there is none. */
export function targetAt(text: string, start: number): { href: string; end: number } | null {
  if (text[start] !== '(') return null
  const skip = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at
    return at + (pattern.exec(text)?.[0].length ?? 0)
  }
  let at = skip(SPACES, start + 1)
  const from = at
  at = text[at] === '<' ? skip(ENCLOSED, at) : bareTarget(text, at)
  if (text[from] === '<' && at === from) return null
  const target = text[from] === '<' ? text.slice(from + 1, at - 1) : text.slice(from, at)
  const gap = skip(SPACES, at)
  if (gap > at) at = skip(SPACES, skip(TITLE, gap))
  return text[at] === ')' ? { href: resolved(target), end: at + 1 } : null
}

/** Where a target without angle brackets ends: at a space or control character, or at a parenthesis that is not balanced. */
function bareTarget(text: string, start: number): number {
  let depth = 0
  let at = start
  for (; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char <= ' ' || char === '\x7f') break
    if (char === '\\' && ESCAPABLE.test(text[at + 1] ?? '')) at += 1
    else if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    if (depth < 0 || depth > MAX_PARENTHESES) break
  }
  return depth > 0 ? start : at
}

/** A text with its backslash escapes and character references resolved. */
const resolved = (text: string): string =>
  text.replace(/\\([!-/:-@[-`{-~])|&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{0,31});/g, (all, char) =>
    char === undefined ? decodeHTMLStrict(all) : char,
  )
