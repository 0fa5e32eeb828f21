/** Which texts in JSON are for readers, where nothing but its names and values says so. */
import { isObject } from './json.ts'

/** Members that never have words for readers. */
const TECHNICAL = new Set([
  ...['id', 'key', 'ref', 'type', 'uuid', 'guid', 'hash', 'version', 'rev', 'slug', 'nodetype'],
  ...['style', 'format', 'mode', 'detail', 'direction', 'dir', 'listitem', 'listtype', 'marks', 'tag', 'kind', 'state'],
  ...['lang', 'language', 'locale', 'params', 'rel', 'target', 'class', 'classname', 'role', 'size', 'width', 'height'],
  ...['href', 'url', 'src', 'srcset', 'link', 'path', 'mime', 'mimetype', 'extension', 'icon', 'favicon', 'thumbnail'],
  ...['color', 'background', 'backgroundcolor', 'textcolor', 'accentcolor', 'fontfamily', 'fontsize', 'textstyle'],
  ...['align', 'alignment', 'textalign', 'textalignment', 'layout', 'variant', 'theme', 'visibility', 'segment'],
  ...['service', 'embedtype', 'cardwidth', 'imagewidth', 'countertype', 'createdat', 'updatedat', 'date', 'time'],
])

/** Members that have words, also where the words are but one. */
const TEXTUAL = new Set([
  ...[
    'alt',
    'alttext',
    'answer',
    'attribution',
    'author',
    'authorname',
    'body',
    'buttontext',
    'callouttext',
    'caption',
  ],
  ...[
    'cite',
    'code',
    'content',
    'credit',
    'description',
    'disclaimer',
    'filecaption',
    'filetitle',
    'header',
    'heading',
  ],
  ...['headline', 'html', 'label', 'markdown', 'message', 'name', 'providername', 'publisher', 'question', 'quote'],
  ...['sitename', 'subheader', 'subtitle', 'summary', 'text', 'textvalue', 'title', 'value'],
])

/** An address that is nothing but that. */
const ADDRESS = /^(?:https?|data|blob|ftp|mailto|tel|urn):\S+$/i
/** Paths, names of files, colours, times and identifiers. */
const NOT_WORDS =
  /^(?:\/\S*|#[\da-f]{3,8}|\S+\.[a-z0-9]{2,5}|[^\s<]+\/\S+|\d{4}-\d\d-\d\dT\S+|[\da-f-]{16,}|[\w-]*_[\w-]*)$/i

const plain = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase()

/** No longer text is an identifier or the like, in characters. */
const MAX_IDENTIFIER = 300
const isIdentifier = (value: string): boolean => value.length <= MAX_IDENTIFIER && NOT_WORDS.test(value)
/** Whether it is several words, a word that begins with a capital, or one with a letter that is none of A to Z. */
const isProse = (value: string): boolean =>
  (/\S\s/.test(value) && /\p{L}/u.test(value)) || /^\p{Lu}\p{Ll}+[.!?:]?$/u.test(value) || /[^\P{L}A-Za-z]/u.test(value)

function isVisible(name: string, text: string, isItem: boolean): boolean {
  const value = text.trim()
  if (TECHNICAL.has(name) || ADDRESS.test(value)) return false
  // A name may be that of a file.
  if (TEXTUAL.has(name) && name !== 'name') return true
  return !isIdentifier(value) && (isItem || name === 'name' || isProse(value))
}

/** The texts for readers in a value, in its order. Members in `except` are left out at its top. */
export function visibleTexts(value: unknown, except: readonly string[] = []): string[] {
  const texts: string[] = []
  const visit = (name: string, member: unknown, isItem: boolean): void => {
    if (typeof member === 'string') {
      if (isVisible(name, member, isItem)) texts.push(member)
    } else if (Array.isArray(member)) for (const item of member) visit(name, item, true)
    else if (isObject(member)) for (const [key, inner] of Object.entries(member)) visit(plain(key), inner, false)
  }
  if (!isObject(value)) visit('', value, false)
  else for (const [key, inner] of Object.entries(value)) if (!except.includes(key)) visit(plain(key), inner, false)
  return texts
}
