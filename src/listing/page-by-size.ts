/** Pages that end early where what they list is large, so that none takes the event loop or the memory for itself. */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import type { Page, PageRequest } from '../storage/keyset.ts'

/** A page ends with what brings it to this many characters. */
const MAX_PAGE = 1024 * 1024
/** How much is loaded at once, where what came before is small. */
const AT_ONCE = 4

/** How many characters are loaded before other requests have their turn. */
const MAX_TURN = 128 * 1024

/** How a page is read: the ids on it, then what they name, and how many characters that has. */
interface Reading<T> {
  read(request: PageRequest): Promise<Page<string>>
  load(ids: string[]): Promise<T[]>
  sizeOf(item: T): number
}

/** A page with what its ids name. It has fewer than requested where they are large. */
export async function pageBySize<T>(
  request: PageRequest,
  reading: Reading<T>,
): Promise<{ page: Page<string>; items: T[] }> {
  const { read, load, sizeOf } = reading
  const page = await read(request)
  const isBackward = request.from?.back
  const ids = isBackward ? page.rows.toReversed() : page.rows
  const items: T[] = []
  let [count, size] = [0, 0]
  let turn = 0
  while (count < ids.length && size < MAX_PAGE) {
    const isSmall = count > 0 && size / count < MAX_TURN / AT_ONCE
    const some = ids.slice(count, count + (isSmall ? AT_ONCE : 1))
    for (const item of await load(some)) {
      items.push(item)
      size += sizeOf(item)
    }
    count += some.length
    if (size - turn < MAX_TURN) continue
    await nextEventLoopTurn()
    turn = size
  }
  if (count < ids.length) return pageBySize({ ...request, limit: count }, reading)
  return { page, items: isBackward ? items.reverse() : items }
}
