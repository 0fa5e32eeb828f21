/** What the tests of a file have opened and not closed themselves: closed when the file ends, also where it failed. */
const open = new Set<() => Promise<void>>()

/** Gives `close`, which runs once however often it is called, and at the latest when the test file ends. */
export function closeLater(close: () => Promise<void>): () => Promise<void> {
  const once = async () => {
    if (open.delete(once)) await close()
  }
  open.add(once)
  return once
}

/** Closes what is still open, the last opened first. */
export async function closeAll(): Promise<void> {
  for (const close of [...open].reverse()) await close()
}
