/** The ids of a body's blocks. */
import { getOrCreate } from '../lib/cache.ts'
import { newId } from '../lib/id.ts'
import type { StoredBlock } from './block.ts'

/** Blocks are equal if all but their ids is. */
const contentOfBlock = ({ id: _, ...content }: StoredBlock): string => JSON.stringify(content)

/**
 * The blocks, each with an id. A block that has none gets that of an equal block of the body before, or else a new one. A body
 * that is the same as before remains as it is, so that sending it again changes nothing.
 */
export function withBlockIds(blocks: StoredBlock[], before: StoredBlock[]): StoredBlock[] {
  const contents = blocks.map(contentOfBlock)
  const former = before.map(contentOfBlock)
  const isSame = blocks.every(({ id }, i) => contents[i] === former[i] && (id === undefined || id === before[i]?.id))
  if (isSame && blocks.length === before.length) return before
  const taken = new Set(blocks.flatMap(({ id }) => id ?? []))
  const free = new Map<string, string[]>()
  for (const [i, { id }] of [...before.entries()].reverse()) {
    if (id === undefined || taken.has(id)) continue
    const content = former[i] ?? ''
    getOrCreate(free, content, () => []).push(id)
  }
  return blocks.map((block, i) => {
    if (block.id !== undefined) return block
    const id = free.get(contents[i] ?? '')?.pop() ?? newBlockId(taken)
    taken.add(id)
    return { id, ...block }
  })
}

/** An id of eight hexadecimal digits that is not taken. Ids are unique within a body only. */
function newBlockId(taken: Set<string>): string {
  for (;;) {
    const id = newId().slice(-8)
    if (!taken.has(id)) return id
  }
}
