/** The ids of a body's blocks. */
import { createHash, randomUUID } from 'node:crypto'
import { getOrCreate } from '../lib/cache.ts'
import type { StoredBlock } from './block.ts'

/** Blocks are equal if all but their ids is. */
const contentOfBlock = ({ id: _, ...content }: StoredBlock): string => JSON.stringify(content)

function* contentsOf(blocks: StoredBlock[]): Generator<void, string[]> {
  const contents: string[] = []
  for (const block of blocks) {
    contents.push(contentOfBlock(block))
    yield
  }
  return contents
}

/**
 * The blocks, each with an id, in steps of one block. A block that has none gets that of an equal block of the body
 * before, or else a new one. A body that is the same as before remains as it is, so that sending it again changes nothing.
 */
export function* withBlockIds(blocks: StoredBlock[], before: StoredBlock[]): Generator<void, StoredBlock[]> {
  const contents = yield* contentsOf(blocks)
  const former = yield* contentsOf(before)
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

/**
 * The blocks of a body that was stored before blocks had ids, each with an id that follows from its content: it is the same
 * at each reading, until the body is saved with it. A body with ids remains as it is.
 */
export function withDerivedIds(blocks: StoredBlock[]): StoredBlock[] {
  if (blocks.every(({ id }) => id !== undefined)) return blocks
  const taken = new Set(blocks.flatMap(({ id }) => id ?? []))
  const counts = new Map<string, number>()
  const numbered = (hash: string, n: number) => (n === 1 ? hash : `${hash}-${n}`)
  return blocks.map((block) => {
    if (block.id !== undefined) return block
    const hash = createHash('sha256').update(contentOfBlock(block)).digest('hex').slice(0, 8)
    let n = counts.get(hash) ?? 1
    while (taken.has(numbered(hash, n))) n += 1
    counts.set(hash, n + 1)
    taken.add(numbered(hash, n))
    return { id: numbered(hash, n), ...block }
  })
}

/** An id of eight hexadecimal digits that is not taken. Ids are unique within a body only. */
function newBlockId(taken: Set<string>): string {
  for (;;) {
    const id = randomUUID().slice(-8)
    if (!taken.has(id)) return id
  }
}
