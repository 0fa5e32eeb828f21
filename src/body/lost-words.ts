/** Checks that a conversion has lost no word: those before are compared with those after it. */

import { getOrCreate } from '../lib/cache.ts'
import { singleLine } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import { textsIn } from './block-texts.ts'
import { cleanText } from './clean-text.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { visibleTexts } from './documents/visible-texts.ts'
import {
  attribute,
  childrenOf,
  type HtmlElement,
  type HtmlNode,
  isBlock,
  isElement,
  isScript,
  isText,
  styleOf,
} from './html-tree.ts'
import { isFootnote, isLink, type Run } from './inline.ts'
import { parseInline } from './parse-inline.ts'
import { missingWords, wordsOfText } from './words-of-text.ts'

/** The words of a tree of HTML, and those of the descriptions of its images. */
function wordsInHtml(nodes: HtmlNode[]): string[] {
  const texts: string[] = []
  for (const node of nodes) addTexts(node, texts)
  return wordsOfText(cleanText(texts.join('')))
}

function addTexts(node: HtmlNode, texts: string[]): void {
  if (isText(node)) texts.push(node.value)
  if (!isElement(node) || isScript(node)) return
  const space = isBlock(node) || APART.has(node.tagName) || isRaised(node) ? ' ' : ''
  texts.push(space, DESCRIBED.has(node.tagName) ? attribute(node, 'alt') : '')
  for (const child of childrenOf(node)) addTexts(child, texts)
  texts.push(space)
}

/**
 * The words in attributes, by the places where they stand: the titles of elements, which readers see when they point at them,
 * and what elements of a site's own show.
 */
function attributesIn(nodes: HtmlNode[]): Map<string, string[]> {
  const texts = new Map<string, string[]>()
  const visit = (node: HtmlNode): void => {
    if (!isElement(node) || isScript(node)) return
    const name = `<${node.tagName.slice(0, 40)}> elements`
    const own = isCustom(node) ? shownBy(node) : [attribute(node, 'title')]
    const written = own.map(singleLine).filter((text) => text !== '')
    if (written.length > 0)
      getOrCreate(texts, `${isCustom(node) ? 'attributes' : 'titles'} of ${name}`, () => []).push(...written)
    for (const child of childrenOf(node)) visit(child)
  }
  for (const node of nodes) visit(node)
  return texts
}

/** Whether an element is none of HTML, so that only its site knows what its attributes say. */
const isCustom = ({ tagName }: HtmlElement): boolean => tagName.includes('-')

const shownBy = ({ attrs }: HtmlElement): string[] =>
  visibleTexts(Object.fromEntries(attrs.map(({ name, value }) => [name.replace(/^data-/, ''), value])))

/** Whether the style of an element makes its text a superscript or subscript, as Google Docs writes them. */
const isRaised = (node: HtmlElement): boolean => /^(?:super|sub)$/.test(styleOf(node).get('vertical-align') ?? '')

/** Elements whose text is no part of the words beside it. */
const APART = new Set(['br', 'sup', 'sub', 'img', 'area'])

/** Elements that a text describes. */
const DESCRIBED = new Set(['img', 'area', 'input'])

/** All words of blocks: those of their texts, and those of their other members. */
export function wordsInBlocks(blocks: StoredBlock[]): string[] {
  return wordsOfText(
    blocks.flatMap((block) => [...textsIn(block).map(({ text }) => words(text)), ...plainIn(block)]).join('\n'),
  )
}

/** Superscripts and footnotes stand apart from the word before them. */
const words = (text: string): string =>
  parseInline(text)
    .map((runs) => runs.map(apart).join(''))
    .join('\n')
const apart = ({ text, marks }: Run): string =>
  marks.some((mark) => mark === 'superscript' || mark === 'subscript' || isFootnote(mark)) ? ` ${text} ` : text

function plainIn(block: StoredBlock): string[] {
  switch (block.type) {
    case 'code':
      return [block.text]
    case 'quote':
      return [block.attribution ?? '']
    case 'image':
      return [block.alt ?? '', block.credit ?? '']
    case 'gallery':
      return block.images.flatMap(({ alt, credit }) => [alt ?? '', credit ?? ''])
    case 'audio':
    case 'video':
      return [block.credit ?? '', block.url ?? '']
    case 'embed':
      return [block.provider ?? '', block.title ?? '', block.url]
    case 'footnotes':
      return block.items.map(({ label }) => label)
    default:
      return []
  }
}

/**
 * Warns about the words that are neither in the blocks nor in a warning already, and about texts in attributes with words that
 * are in neither.
 */
export function warnAboutLostWords(
  { words, attributes }: Said,
  blocks: StoredBlock[],
  warnings: ConversionWarnings,
): void {
  const after = wordsInBlocks(blocks)
  const missing = missingWords(words, after, warnings.accounted)
  if (missing.length > 0) warnings.lost(missing.join(' '), 'as the conversion could not place them')
  if (attributes.size === 0) return
  const known = new Set([...after, ...warnings.accounted])
  for (const [place, own] of attributes) {
    const lost = [...new Set(own)].filter((text) => wordsOfText(text).some((word) => !known.has(word)))
    if (lost.length > 0) warnings.lost(lost.join('; '), `in ${place}`)
  }
}

/** What a tree of HTML says: the words of its texts, and the texts in its attributes. */
interface Said {
  words: string[]
  attributes: Map<string, string[]>
}

/** What a tree of HTML says, for `warnAboutLostWords`. To be called before the tree is read. */
export const saidInHtml = (nodes: HtmlNode[]): Said => ({
  words: wordsInHtml(nodes),
  attributes: attributesIn(nodes),
})

/** How many missing words of a source are looked for in the whole. */
const MAX_SEARCHED = 200

/**
 * Warns about the words of a source with markup that are not in the blocks: `before` may contain words that markup
 * separates, so those that are a part of a longer word are not lost.
 */
export function warnAboutLostSource(before: string[], blocks: StoredBlock[], warnings: ConversionWarnings): void {
  const targets = blocks.flatMap((block) => textsIn(block).flatMap(({ text }) => targetsIn(text)))
  const urls = blocks.flatMap((block) =>
    'url' in block ? [block.url] : block.type === 'code' ? [block.language ?? ''] : [],
  )
  const after = [...wordsInBlocks(blocks), ...wordsOfText([...targets, ...urls].join(' ')), ...warnings.accounted]
  const known = new Set(after)
  const missing = [...new Set(before.filter((word) => !known.has(word)))]
  const whole = [...known].join(' ')
  const lost = missing.filter((word, i) => i >= MAX_SEARCHED || !whole.includes(word))
  if (lost.length > 0) warnings.lost(lost.join(' '), 'as a body has no place for them')
}

const targetsIn = (text: string): string[] =>
  parseInline(text)
    .flat()
    .flatMap(({ marks }) => marks.flatMap((mark) => (isLink(mark) ? [mark.href] : [])))
