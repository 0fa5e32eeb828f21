/**
 * The content of a WordPress post, as its database has it: HTML with shortcodes. In posts of the classic editor blank lines
 * separate paragraphs; in those of the block editor comments mark the blocks, and their HTML is complete.
 */
import { getOrCreate } from '../lib/cache.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { visibleTexts } from './documents/visible-texts.ts'
import { fromHtml } from './from-html.ts'
import type { AddressOptions } from './html-reading.ts'
import { wordsInBlocks } from './lost-words.ts'
import { withoutTags } from './source-text.ts'
import { wordsOfText } from './words-of-text.ts'

/** Converts the content of a post; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromWordPress(
  value: string,
  warnings: ConversionWarnings,
  options: AddressOptions = {},
): StoredBlock[] {
  const texts: AttributeTexts = new Map()
  const html = withoutEmptyBlocks(value, texts, warnings).replace(
    /\[(\/?)([a-z][a-z0-9_-]{0,40})((?:[ =][^[\]]{0,2000})?)\]/g,
    (all, slash, name, rest) => shortcode(all, name, rest, slash === '/', warnings),
  )
  if (value.includes(BLOCK_START)) {
    const blocks = fromHtml(html, warnings, options)
    warnAboutAttributes(texts, blocks, warnings)
    return blocks
  }
  const lines = html.replace(/<br\s{0,9}\/?>[ \t]*\n/gi, '<br>').replace(/^[ \t]*(https?:\/\/\S+)[ \t]*$/gm, '\n$1\n')
  return fromHtml(lines, warnings, { ...options, lineEnds: true })
}

const BLOCK_START = '<!-- wp:'
const COMMENT_END = '-->'

/**
 * The post without blocks that have no HTML, `<!-- wp:name {…} /-->`, which the site would render: of one with an address
 * that remains, for an embed; of others the words are lost, which the warnings say. Adds the texts in attributes of blocks
 * with HTML.
 */
function withoutEmptyBlocks(value: string, texts: AttributeTexts, warnings: ConversionWarnings): string {
  let html = ''
  let from = 0
  for (;;) {
    const start = value.indexOf(BLOCK_START, from)
    const end = start < 0 ? -1 : value.indexOf(COMMENT_END, start)
    if (end < 0) return html + value.slice(from)
    const after = end + COMMENT_END.length
    html += value.slice(from, start)
    const comment = value.slice(start + BLOCK_START.length, end)
    const isEmpty = comment.endsWith('/')
    html += isEmpty ? emptyBlock(comment.slice(0, -1), warnings) : value.slice(start, after)
    if (!isEmpty) addAttributes(comment, texts)
    from = after
  }
}

const BLOCK_NAME = /^[a-z][a-z0-9/-]{0,80}/
/** Blocks that show no words. */
const WORDLESS = new Set(['spacer', 'separator', 'nextpage', 'more'])

/** The HTML for a block of which only the name and the attributes, as JSON, are in the post. */
function emptyBlock(text: string, warnings: ConversionWarnings): string {
  const [name = 'nameless'] = BLOCK_NAME.exec(text) ?? []
  if (WORDLESS.has(name)) return ''
  const attributes = jsonOf(text.slice(text.search(/\s|$/)))
  const { url } = attributes
  if (/^(?:core-)?embed\b/.test(name) && typeof url === 'string') return `<p>${escaped(url)}</p>`
  warnings.add('block-dropped', `${name} block of WordPress`)
  warnings.lost(stringsIn(attributes).join(' '), `in a ${name} block`)
  return ''
}

/** Texts in the attributes of blocks, by the names of the blocks. */
type AttributeTexts = Map<string, string[]>

/** Adds the texts for readers in the attributes of a block that has HTML. `metadata` is what its editor calls it. */
function addAttributes(text: string, texts: AttributeTexts): void {
  const [name = 'nameless'] = BLOCK_NAME.exec(text) ?? []
  const shown = visibleTexts(jsonOf(text.slice(text.search(/\s|$/))), ['metadata'])
  if (shown.length > 0) getOrCreate(texts, name, () => []).push(...shown)
}

/** Warns about texts in attributes that the HTML of the blocks does not have: the site may show them. */
function warnAboutAttributes(texts: AttributeTexts, blocks: StoredBlock[], warnings: ConversionWarnings): void {
  if (texts.size === 0) return
  const known = new Set([...wordsInBlocks(blocks), ...warnings.accounted])
  for (const [name, own] of texts) {
    const lost = [...new Set(own)].filter((text) => wordsOfText(withoutTags(text)).some((word) => !known.has(word)))
    warnings.lost(lost.join('; '), `in attributes of ${name} blocks`)
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The strings in a value, however deep it nests. */
function stringsIn(root: unknown): string[] {
  const texts: string[] = []
  const left = [root]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const member of Object.values(value).reverse()) left.push(member)
  }
  return texts
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Sites whose shortcodes are an address. */
const SITES = new Set(['youtube', 'vimeo', 'tweet', 'twitter', 'instagram', 'facebook', 'tiktok', 'soundcloud', 'ted'])

/** The HTML for a shortcode; an unknown one remains as it stands. */
function shortcode(all: string, name: string, rest: string, isEnd: boolean, warnings: ConversionWarnings): string {
  const attributes = new Map(
    [...rest.matchAll(/([\w-]+)=["']([^"']*)["']/g)].map(([, key = '', value = '']) => [key, value]),
  )
  const source = ['src', 'mp4', 'm4v', 'webm', 'mp3', 'm4a', 'ogg', 'wav']
    .map((key) => attributes.get(key))
    .find(Boolean)
  switch (name) {
    case 'caption':
    case 'wp_caption': {
      const caption = attributes.get('caption')
      return isEnd ? '</div>' : `<div class="wp-caption">${caption ? `<p>${caption}</p>` : ''}`
    }
    case 'embed':
      return isEnd ? '</p>' : '<p>'
    case 'video':
    case 'audio':
      if (isEnd) return `</${name}>`
      return source ? `<${name} src="${source}"></${name}>` : ''
    case 'gallery':
    case 'playlist':
      warnings.add('shortcode-dropped', `[${name}] shortcode`)
      return ''
  }
  const [address] = SITES.has(name) ? (/https?:\/\/[^\s"'\]]+/.exec(rest) ?? []) : []
  return address === undefined ? all : `<p>${address}</p>`
}
