/** Embeds inside texts. */
import type { PhrasingContent } from 'mdast'

/** A link whose words are its own address: where it stands alone in a paragraph, it is an embed. */
export function isEmbed(node: PhrasingContent): boolean {
  if (node.type !== 'link' || node.children.length !== 1) return false
  const [word] = node.children
  return word?.type === 'text' && word.value === node.url
}
