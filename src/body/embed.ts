import type { PhrasingContent } from 'mdast'

/** Whether a node is a link whose text is its own URL: alone in a paragraph, such a link is an embed. */
export function isEmbed(node: PhrasingContent): boolean {
  if (node.type !== 'link' || node.children.length !== 1) return false
  const [child] = node.children
  return child?.type === 'text' && child.value === node.url
}
