/** Markdown to blocks. It is converted to HTML, and that to blocks, so that HTML within Markdown has its meaning. */
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { fromHtml } from './from-html.ts'
import type { AddressOptions } from './html-reading.ts'
import { warnAboutLostSource } from './lost-words.ts'
import { markdownToHtml } from './markdown-to-html.ts'
import { withoutTags } from './source-text.ts'
import { wordsOfText } from './words-of-text.ts'

/** Converts a Markdown document; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromMarkdown(value: string, warnings: ConversionWarnings, options: AddressOptions = {}): StoredBlock[] {
  const blocks = fromHtml(markdownToHtml(value), warnings, { ...options, imageTitles: true })
  warnings.account(usedDefinitions(value).join(' '))
  if (TASK_DONE.test(value)) warnings.account('x')
  warnAboutLostSource(wordsOfText(withoutTags(value)), blocks, warnings)
  return blocks
}

/** An item of a list of tasks that is done: its `x` is markup. */
const TASK_DONE = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[x\][ \t]/im

/** The definitions of links to which a text refers, without their titles: they are markup. */
function usedDefinitions(value: string): string[] {
  const counts = new Map<string, number>()
  for (const [, label = ''] of value.matchAll(/\[([^[\]\n]{1,200})\]/g))
    counts.set(label.toLowerCase(), (counts.get(label.toLowerCase()) ?? 0) + 1)
  const definitions = [...value.matchAll(/^ {0,3}\[([^[\]^\n][^[\]\n]{0,199})\]:[ \t]*\S*/gm)]
  return definitions.filter(([, label = '']) => (counts.get(label.toLowerCase()) ?? 0) > 1).map(([all]) => all)
}
