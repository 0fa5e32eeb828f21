import type { Block } from './block.ts'

/** The name of who is quoted: the attribution, the name of the source, or both. */
export function attributionText(block: Extract<Block, { type: 'quote' }>): string | null {
  const names = [block.attribution, block.source?.name].filter((name) => name)
  return names.length > 0 ? [...new Set(names)].join(', ') : null
}
