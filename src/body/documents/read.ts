/**
 * Documents of editors in JSON to blocks. They are read as a tree of HTML, and that as pieces, so that what a list, a table or
 * a caption becomes is decided in one place. What a document says is not guessed: a paragraph that is an address stays one.
 */
import type { StoredBlock } from '../block.ts'
import { isBlockId } from '../block-members.ts'
import type { ConversionWarnings } from '../conversion-warnings.ts'
import { UnreadableBody } from '../errors.ts'
import { readBlocks } from '../html-reader.ts'
import { checkTree } from '../html-tree.ts'
import { MAX_BODY } from '../limits.ts'
import { saidInHtml, warnAboutLostSource, warnAboutLostWords } from '../lost-words.ts'
import type { MediaAddresses } from '../own-media.ts'
import { withoutTags } from '../source-text.ts'
import { toBlocks } from '../to-blocks.ts'
import { wordsOfText } from '../words-of-text.ts'
import { readEditorJs } from './editorjs.ts'
import { objectOf } from './json.ts'
import { readLexical } from './lexical.ts'
import { readPortableText } from './portable-text.ts'
import { readProseMirror } from './prosemirror.ts'
import { DocumentReading, type ReadBlock } from './reading.ts'
import type { DocumentBody } from './schemas.ts'
import { visibleTexts } from './visible-texts.ts'

/** Converts a document; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromDocument(body: DocumentBody, warnings: ConversionWarnings, own?: MediaAddresses): StoredBlock[] {
  const source = visibleTexts(body.value)
  if (source.reduce((sum, text) => sum + text.length, 0) > MAX_BODY)
    throw new UnreadableBody(`the document has more than ${MAX_BODY} characters of text`)
  const read = readFormat(body, warnings)
  const nodes = read.map((block) => block.nodes)
  checkTree(nodes.flat())
  const before = saidInHtml(nodes.flat())
  const pieces = readBlocks(nodes, warnings, { base: body.base, own })
  const taken = new Set<string>()
  const blocks = pieces.flatMap((own, i) => identified(toBlocks(own, warnings), read[i]?.id, taken))
  warnAboutLostWords(before, blocks, warnings)
  warnAboutLostSource(wordsOfText(source.map(withoutTags).join('\n')), blocks, warnings)
  return blocks
}

function readFormat({ format, value, base }: DocumentBody, warnings: ConversionWarnings): ReadBlock[] {
  const reading = (areTextsHtml: boolean) => new DocumentReading(warnings, base, areTextsHtml)
  switch (format) {
    case 'prosemirror':
      return readProseMirror(objectOf(value), reading(false))
    case 'portable-text':
      return readPortableText(value, reading(false))
    case 'lexical':
      return readLexical(objectOf(value), reading(true))
    case 'editorjs':
      return readEditorJs(objectOf(value), reading(true))
  }
}

/** The blocks that a block of the document has become; the first has its id, unless another has it. */
function identified([first, ...more]: StoredBlock[], id: string | undefined, taken: Set<string>): StoredBlock[] {
  if (!first) return []
  if (id === undefined || !isBlockId(id) || taken.has(id)) return [first, ...more]
  taken.add(id)
  return [{ ...first, id }, ...more]
}
