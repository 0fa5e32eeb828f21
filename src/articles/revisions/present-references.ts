/** What the content of an old revision refers to, as it is by now. */
import { and, inArray, isNull } from 'drizzle-orm'
import type { Warning } from '../../body/block.ts'
import { wordsOfBody } from '../../body/word-count.ts'
import { mergedInto } from '../../catalogue/resolve.ts'
import { type Content, mapRefs, type ReferenceKind } from '../../editions/content.ts'
import { inSlices } from '../../lib/slices.ts'
import type { Reader } from '../../storage/storage.ts'
import { tablesByKind } from '../../storage/tables-by-kind.ts'

const kinds = Object.keys(tablesByKind) as ReferenceKind[]

/**
 * The content with references that lead somewhere: to an entry that was merged into another, to that one. What was deleted
 * is left out, with a warning, unless `present`, the working copy, refers to it, too.
 */
export async function withPresentReferences(
  db: Reader,
  content: Content,
  present: Content,
): Promise<{ content: Content; warnings: Warning[] }> {
  const [referred, stays] = [idsByKind(content), idsByKind(present)]
  const found = new Map<string, string | null>()
  for (const kind of kinds) {
    const missing = await missingAmong(
      db,
      kind,
      [...referred[kind]].filter((id) => !stays[kind].has(id)),
    )
    const successors = await mergedInto(db, kind, missing)
    const lost = await missingAmong(db, kind, [...successors.values()])
    for (const id of missing) {
      const successor = successors.get(id)
      found.set(id, successor === undefined || lost.includes(successor) ? null : successor)
    }
  }
  if (found.size === 0) return { content, warnings: [] }
  const warnings = new Map<string, Warning>()
  const mapped = mapRefs(content, (kind, ref) => {
    const to = found.get(ref)
    if (to === null) warnings.set(ref, deleted(kind, ref))
    return to === undefined ? ref : to
  })
  const wordCount = await inSlices(wordsOfBody(mapped.body, mapped.language))
  return { content: { ...mapped, wordCount }, warnings: [...warnings.values()] }
}

function idsByKind(content: Content): Record<ReferenceKind, Set<string>> {
  const ids = Object.fromEntries(kinds.map((kind) => [kind, new Set()])) as Record<ReferenceKind, Set<string>>
  mapRefs(content, (kind, ref) => {
    ids[kind].add(ref)
    return ref
  })
  return ids
}

/** Those of the ids that do not exist, or are in the trash. */
async function missingAmong(db: Reader, kind: ReferenceKind, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { id, deletedAt } = tablesByKind[kind]
  const rows = await db
    .select({ id })
    .from(tablesByKind[kind])
    .where(and(inArray(id, ids), isNull(deletedAt)))
  const existing = new Set(rows.map((row) => row.id))
  return ids.filter((one) => !existing.has(one))
}

const deleted = (kind: ReferenceKind, id: string): Warning => ({
  code: 'reference-dropped',
  message: `the ${kind} ${id} was deleted, and is left out`,
})
