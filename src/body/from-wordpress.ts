/**
 * The content of a WordPress post, as its database has it: HTML with shortcodes. In posts of the classic editor blank lines
 * separate paragraphs; in those of the block editor comments mark the blocks, and their HTML is complete.
 */
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { fromHtml } from './from-html.ts'

/** Converts the content of a post; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromWordPress(value: string, warnings: ConversionWarnings, base?: string): StoredBlock[] {
  const html = value.replace(/\[(\/?)([a-z][a-z0-9_-]{0,40})((?:[ =][^[\]]{0,2000})?)\]/g, (all, slash, name, rest) =>
    shortcode(all, name, rest, slash === '/', warnings),
  )
  if (value.includes('<!-- wp:')) return fromHtml(html, warnings, { base })
  const lines = html.replace(/<br\s{0,9}\/?>[ \t]*\n/gi, '<br>').replace(/^[ \t]*(https?:\/\/\S+)[ \t]*$/gm, '\n$1\n')
  return fromHtml(lines, warnings, { base, lineEnds: true })
}

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
