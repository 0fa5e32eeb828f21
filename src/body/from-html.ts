/** Untrusted HTML to blocks: parsed as browsers do, then converted by what its elements mean. */
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { embedOf, withEmbeds } from './html-media.ts'
import { readHtml } from './html-reader.ts'
import type { ReaderOptions } from './html-reading.ts'
import { parseHtml } from './html-tree.ts'
import { mayHaveWordMarkup, withListsAndNotes } from './html-word.ts'
import { saidInHtml, warnAboutLostWords } from './lost-words.ts'
import { toBlocks } from './to-blocks.ts'

/** Converts an HTML fragment or document; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromHtml(value: string, warnings: ConversionWarnings, options: ReaderOptions = {}): StoredBlock[] {
  const parsed = parseHtml(value)
  const nodes = mayHaveWordMarkup(value) ? withListsAndNotes(parsed) : parsed
  const before = saidInHtml(nodes)
  const blocks = toBlocks(withEmbeds(readHtml(nodes, warnings, options), embedOf), warnings)
  warnAboutLostWords(before, blocks, warnings)
  return blocks
}
