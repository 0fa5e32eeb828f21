/** Code in HTML. */
import { cleanText } from './clean-text.ts'
import { classesOf, elementsOf, type HtmlElement, hasClass, sourceOf } from './html-tree.ts'
import type { Piece } from './pieces.ts'

/** A `<pre>` as code. Its language is in a class, as highlighters expect it: `language-js`. */
export function codeOf(element: HtmlElement): Piece {
  const text = cleanText(sourceOf(element)).replace(/^\n+|\n+$/g, '')
  const inner = elementsOf(element).find((child) => child.tagName === 'code')
  const names = [element, inner].flatMap((node) => (node ? classesOf(node) : []))
  const [, language = pandocLanguage(names)] =
    names.map((name) => /^lang(?:uage)?-([\w+#.-]{1,40})$/.exec(name)).find(Boolean) ?? []
  return { type: 'code', text, language }
}

/** Whether a `<pre>` is a poem: WordPress has a block for them. */
export const isVerse = (element: HtmlElement): boolean => hasClass(element, /^wp-block-verse$/)

/** Pandoc writes `class="sourceCode js"`. */
const pandocLanguage = (names: string[]): string | null =>
  (names.includes('sourceCode') && names.find((name) => /^(?!sourceCode$)[\w+#.-]{1,40}$/.test(name))) || null
