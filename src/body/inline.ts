/**
 * The inline content of a text: runs of characters with the same marks. A line end in a run is a hard break. The form
 * that is stored is inline Markdown: `parse-inline.ts` reads it, `write-inline.ts` writes it.
 */
import * as z from 'zod'

/** Marks in the order in which they enclose each other where they begin and end together. */
const markNames = ['emphasis', 'strong', 'strikethrough', 'superscript', 'subscript', 'code'] as const

export const Mark = z
  .union([
    z.enum(markNames),
    z.strictObject({
      type: z.literal('link').meta({ description: 'The type of the mark.' }),
      href: z.string().meta({ description: 'Where the link leads.', examples: ['https://wire.example/1'] }),
    }),
    z.strictObject({
      type: z.literal('footnote').meta({ description: 'The type of the mark.' }),
      label: z.string().meta({ description: 'The label of the footnote.', examples: ['1'] }),
    }),
  ])
  .meta({ id: 'Mark', description: 'What a text is, beside its words.' })
export type Mark = z.infer<typeof Mark>

export const Run = z
  .strictObject({
    text: z.string().meta({ description: 'The text; a line end is a hard break.', examples: ['reopened'] }),
    marks: z.array(Mark).meta({ description: 'The marks of the text.', examples: [['strong']] }),
  })
  .meta({ id: 'Run', description: 'A text with the same marks throughout.' })
export type Run = z.infer<typeof Run>

/** A text that identifies a mark: two marks with the same key are the same. */
export const keyOf = (mark: Mark): string =>
  typeof mark === 'string' ? mark : mark.type === 'link' ? `link ${mark.href}` : `footnote ${mark.label}`

export const isLink = (mark: Mark): mark is Extract<Mark, { type: 'link' }> =>
  typeof mark === 'object' && mark.type === 'link'
export const isFootnote = (mark: Mark): mark is Extract<Mark, { type: 'footnote' }> =>
  typeof mark === 'object' && mark.type === 'footnote'

/** A reference to a footnote. */
export const footnoteRun = (label: string, marks: Mark[] = []): Run => ({
  text: `[${label}]`,
  marks: [...marks.filter((mark) => typeof mark === 'string' && mark !== 'code'), { type: 'footnote', label }],
})

/** The text of runs without marks; hard breaks are `\n`. */
export const plainTextOf = (runs: Run[]): string => runs.map(({ text }) => text).join('')

const isSpace = (text: string): boolean => text.trim() === ''

/**
 * Runs in their normal form: spaces are collapsed and trimmed, marks begin and end at a word, adjacent runs differ in their
 * marks. Equal contents have equal normal forms.
 */
export function tidyRuns(runs: Run[]): Run[] {
  const parts = joinSpaces(runs.flatMap(edgesOf))
  const before = solidMarks(parts)
  const after = solidMarks(parts.toReversed()).reverse()
  const shared = parts.map((part, i): Run => {
    if (!isSpace(part.text)) return { text: part.text, marks: part.marks.toSorted(byKey) }
    const common = (before[i] ?? []).filter((mark) => !isFootnote(mark) && has(after[i] ?? [], mark))
    return { text: part.text, marks: common.filter((mark) => mark !== 'code' || !part.text.includes('\n')).sort(byKey) }
  })
  return trimmed(mergeRuns(shared).map(({ text, marks }) => ({ text: collapse(text), marks })))
}

const byKey = (a: Mark, b: Mark): number => (keyOf(a) < keyOf(b) ? -1 : 1)
const has = (marks: Mark[], mark: Mark): boolean => marks.some((other) => keyOf(other) === keyOf(mark))

/** A run as its spaces before, its words, and its spaces behind. */
function edgesOf({ text, marks }: Run): Run[] {
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  if (start >= end) return text === '' ? [] : [{ text, marks }]
  const parts = [text.slice(0, start), text.slice(start, end), text.slice(end)]
  const words = marks.includes('code') ? parts[1]?.replace(/\s+/g, ' ') : parts[1]
  return [parts[0] ?? '', words ?? '', parts[2] ?? '']
    .filter((part) => part !== '')
    .map((part) => ({ text: part, marks }))
}

/** Runs of spaces in a row as one. */
function joinSpaces(runs: Run[]): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last && isSpace(last.text) && isSpace(run.text))
      joined[joined.length - 1] = { ...last, text: last.text + run.text }
    else joined.push(run)
  }
  return joined
}

/** For each run, the marks of the last run before it that is not space. */
function solidMarks(runs: Run[]): Mark[][] {
  let marks: Mark[] = []
  return runs.map((run) => {
    const last = marks
    if (!isSpace(run.text)) marks = run.marks
    return last
  })
}

const sameMarks = (a: Run, b: Run): boolean =>
  a.marks.length === b.marks.length && a.marks.every((mark, i) => keyOf(mark) === keyOf(b.marks[i] as Mark))

/** Runs of which no two adjacent ones have the same marks in the same order. */
export function mergeRuns(runs: Run[]): Run[] {
  const joined: { texts: string[]; marks: Mark[] }[] = []
  let last: Run | undefined
  for (const run of runs) {
    if (last && sameMarks(last, run) && !run.marks.some(isFootnote)) joined.at(-1)?.texts.push(run.text)
    else joined.push({ texts: [run.text], marks: run.marks })
    last = run
  }
  return joined.map(({ texts, marks }) => ({ text: texts.join(''), marks }))
}

/** Spaces collapsed as in HTML; none beside a hard break. */
const collapse = (text: string): string => text.replace(/[ \t\f]+/g, ' ').replace(/ ?\n ?/g, '\n')

/** Without spaces at both ends of the whole. Spaces stand alone in runs or inside of them, so only whole runs are affected. */
function trimmed(runs: Run[]): Run[] {
  const [first, last] = [runs.findIndex(notSpace), runs.findLastIndex(notSpace)]
  if (first < 0) return []
  const inner = runs.slice(first, last + 1)
  return inner.map((run, i) => {
    const text = i === 0 ? run.text.trimStart() : run.text
    return { text: i === inner.length - 1 ? text.trimEnd() : text, marks: run.marks }
  })
}

const notSpace = ({ text }: Run): boolean => !isSpace(text)

/** What `nestMarks` yields: a mark begins or ends, or a run with its own `code` and `footnote` marks. */
export type InlineEvent = { open: Mark } | { close: Mark } | { run: Run }

const rank = (mark: Mark): number => (typeof mark === 'string' ? markNames.indexOf(mark) : -1)
const isEnclosing = (mark: Mark): boolean => mark !== 'code' && !isFootnote(mark)

/**
 * Runs as properly nested marks, for forms that enclose a text in its marks. `code` and `footnote` stay with their run. Of
 * marks that begin together, the longer encloses the shorter.
 */
export function* nestMarks(runs: Run[]): Generator<InlineEvent> {
  const ends = endsOf(runs)
  const open: Mark[] = []
  for (const [i, run] of runs.entries()) {
    const marks = run.marks.filter(isEnclosing)
    const stays = open.findIndex((mark) => !has(marks, mark))
    while (stays >= 0 && open.length > stays) yield { close: open.pop() as Mark }
    // A mark that had to end before a space begins again after it.
    const fresh = isSpace(run.text) ? [] : marks.filter((mark) => !has(open, mark))
    const end = (mark: Mark) => ends[i]?.get(keyOf(mark)) ?? i
    for (const mark of fresh.sort((a, b) => end(b) - end(a) || rank(a) - rank(b))) {
      open.push(mark)
      yield { open: mark }
    }
    yield { run }
  }
  while (open.length > 0) yield { close: open.pop() as Mark }
}

/** For each run, the index of the last run to which each of its marks extends. */
function endsOf(runs: Run[]): Map<string, number>[] {
  const ends: Map<string, number>[] = Array.from(runs, () => new Map())
  for (let i = runs.length - 1; i >= 0; i -= 1)
    for (const mark of runs[i]?.marks ?? []) ends[i]?.set(keyOf(mark), ends[i + 1]?.get(keyOf(mark)) ?? i)
  return ends
}
