/** Three-way merge of JSON values. */
import { isDeepStrictEqual } from 'node:util'
import { diffArrays } from 'diff'
import { pointerTo } from './problem.ts'

type Json = Record<string, unknown>

/** The merged value, and JSON pointers to the changes that could not be applied. */
export interface MergeResult<T> {
  value: T
  conflicts: string[]
}

/**
 * Lists that differ by more items, removed or added, are a conflict: the time to compare them grows with the square of
 * this, and no other request runs meanwhile.
 */
export const MAX_LIST_EDITS = 500
const DIFF_OPTIONS = { maxEditLength: MAX_LIST_EDITS }

/**
 * Applies to `other` what changed from `base` to `changed`. Objects are merged member by member, lists item by item. Where
 * `other` itself differs from `base` at a changed place, that is a conflict, and the value of `other` stays. `path` is the
 * path of the values, for the pointers.
 */
export function threeWayMerge<T>(base: T, changed: T, other: T, path: string[] = []): MergeResult<T> {
  if (isDeepStrictEqual(base, changed)) return { value: other, conflicts: [] }
  if (isDeepStrictEqual(base, other) || isDeepStrictEqual(changed, other)) return { value: changed, conflicts: [] }
  if (isObject(base) && isObject(changed) && isObject(other)) return mergeObjects(base, changed, other, path)
  const list = Array.isArray(base) && Array.isArray(changed) && Array.isArray(other) && mergeLists(base, changed, other)
  return list ? { value: list as T, conflicts: [] } : { value: other, conflicts: [pointerTo(path)] }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function mergeObjects<T extends Json>(base: T, changed: T, other: T, path: string[]): MergeResult<T> {
  const merged = Object.keys(other).map((name) => {
    const { value, conflicts } = threeWayMerge(base[name], changed[name], other[name], [...path, name])
    return { entry: [name, value] as const, conflicts }
  })
  const value = { ...other, ...Object.fromEntries(merged.map(({ entry }) => entry)) }
  return { value, conflicts: merged.flatMap(({ conflicts }) => conflicts) }
}

/**
 * The other list with the changes applied; undefined if one of them affects items that the other list does not have, or
 * adds an item that the other list has already.
 */
function mergeLists(base: unknown[], changed: unknown[], other: unknown[]): unknown[] | undefined {
  const changes = changesBetween(base, changed)
  const positionOf = positionsIn(base, other)
  if (!changes || !positionOf) return undefined
  const result = [...other]
  // From the end, so that the positions before a change stay valid.
  for (const { from, removed, added } of changes.reverse()) {
    const at = positionFor(positionOf, from, removed)
    if (at === undefined) return undefined
    result.splice(at, removed, ...added)
  }
  return hasRepeated(result, changed, other) ? undefined : result
}

/** Whether an item is more often in the result than in each of the lists that it was merged from. */
function hasRepeated(result: unknown[], changed: unknown[], other: unknown[]): boolean {
  const [inChanged, inOther] = [countsOf(changed), countsOf(other)]
  return [...countsOf(result)].some(([key, count]) => count > Math.max(inChanged.get(key) ?? 0, inOther.get(key) ?? 0))
}

/** How often a list has each item, by its id if it has one. */
function countsOf(list: unknown[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of list) {
    const key = isObject(item) && typeof item.id === 'string' ? item.id : JSON.stringify(item, sortMembers)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** The items as texts, which are equal if the items are: the order of members is no difference. */
const texts = (list: unknown[]): string[] => list.map((item) => JSON.stringify(item, sortMembers))
const sortMembers = (_: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

/** One change of a list: how many items are removed at a position, and which are inserted. */
interface ListChange {
  from: number
  removed: number
  added: unknown[]
}

function changesBetween(before: unknown[], after: unknown[]): ListChange[] | undefined {
  const runs = runsBetween(before, after)
  const changes: ListChange[] = []
  let open: ListChange | undefined
  for (const { kind, count, from, to } of runs ?? []) {
    if (kind === 'same') {
      open = undefined
      continue
    }
    if (!open) {
      open = { from, removed: 0, added: [] }
      changes.push(open)
    }
    if (kind === 'removed') open.removed += count
    else open.added.push(...after.slice(to, to + count))
  }
  return runs && changes
}

/** Items of two lists in a row that are the same, removed or added, and where they begin in each list. */
interface Run {
  kind: 'same' | 'removed' | 'added'
  count: number
  from: number
  to: number
}

/** The runs of two lists, in order; undefined for lists that differ too much to compare. */
function runsBetween(before: unknown[], after: unknown[]): Run[] | undefined {
  let [from, to] = [0, 0]
  return diffArrays(texts(before), texts(after), DIFF_OPTIONS)?.map(({ added, removed, count }) => {
    const run = { kind: added ? 'added' : removed ? 'removed' : 'same', count, from, to } as const
    if (!added) from += count
    if (!removed) to += count
    return run
  })
}

type PositionOf = (index: number) => number | undefined

/** Gives the position of each item of `base` in `other`; undefined for one that is missing. -1 and the length map to the ends. */
function positionsIn(base: unknown[], other: unknown[]): PositionOf | undefined {
  const runs = runsBetween(base, other)
  const positions = new Map([
    [-1, -1],
    [base.length, other.length],
  ])
  for (const { kind, count, from, to } of runs ?? [])
    if (kind === 'same') for (let step = 0; step < count; step++) positions.set(from + step, to + step)
  return runs && ((index) => positions.get(index))
}

/** The position of a change in the other list; undefined if the items that it replaces, or its neighbours, are missing there. */
function positionFor(positionOf: PositionOf, from: number, removed: number): number | undefined {
  if (removed > 0) {
    const first = positionOf(from)
    const isWhole = Array.from({ length: removed }, (_, step) => positionOf(from + step)).every(
      (position, step) => first !== undefined && position === first + step,
    )
    return isWhole ? first : undefined
  }
  const [previous, next] = [positionOf(from - 1), positionOf(from)]
  if (previous === undefined) return next
  return next === undefined || next === previous + 1 ? previous + 1 : undefined
}
