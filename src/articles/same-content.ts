/** Comparison of contents, as they are stored. */
import type { Content } from '../editions/content.ts'

/** Whether members of two contents are the same, in steps of one block. */
export function* isSameInSteps<T extends Pick<Content, 'body'>>(
  { body: before, ...rest }: T,
  { body: after, ...other }: T,
): Generator<void, boolean> {
  if (before.length !== after.length || !isSame(rest, other)) return false
  for (const [index, block] of before.entries()) {
    if (!isSame(block, after[index])) return false
    yield
  }
  return true
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
