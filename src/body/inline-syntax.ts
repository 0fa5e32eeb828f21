/** The parts of inline Markdown that can be read by themselves. */
import { decodeHTMLStrict } from 'entities'
import { invalidCharacters } from '../lib/unicode.ts'

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
  const from = endOf(SPACES, text, start + 1)
  const isEnclosed = text[from] === '<'
  const to = isEnclosed ? endOf(ENCLOSED, text, from) : bareTarget(text, from)
  if (isEnclosed && to === from) return null
  const gap = endOf(SPACES, text, to)
  const end = gap > to ? endOf(SPACES, text, endOf(TITLE, text, gap)) : to
  const target = isEnclosed ? text.slice(from + 1, to - 1) : text.slice(from, to)
  return text[end] === ')' ? { href: resolved(target), end: end + 1 } : null
}

/** Where a pattern that begins at a position ends; the position itself if it does not. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return at + (pattern.exec(text)?.[0].length ?? 0)
}

/** Where a target without angle brackets ends: at a space or control character, or at a parenthesis that is not balanced. */
function bareTarget(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length && !/[\p{Cc} ]/u.test(text[at] ?? '')) {
    depth += DEPTHS[text[at] ?? ''] ?? 0
    if (depth < 0 || depth > MAX_PARENTHESES) break
    at += text[at] === '\\' && ESCAPABLE.test(text[at + 1] ?? '') ? 2 : 1
  }
  return depth > 0 ? start : at
}

const DEPTHS: Record<string, number> = { '(': 1, ')': -1 }

/** A text with its backslash escapes and character references resolved. */
const resolved = (text: string): string =>
  text.replace(/\\([!-/:-@[-`{-~])|&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{0,31});/g, (all, char) =>
    char === undefined ? decodedReference(all) : char,
  )

/** The characters that a character reference stands for; U+FFFD where it is no clean text, such as `&#1;`. */
export function decodedReference(reference: string): string {
  const decoded = decodeHTMLStrict(reference)
  return invalidCharacters(decoded) === undefined ? decoded : '\uFFFD'
}
