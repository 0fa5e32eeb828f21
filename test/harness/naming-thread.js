/** A thread for body tasks that says which task it got, and how long its first argument is. */
export default async function runTask({ name, args: [{ text, json }] }) {
  return { value: { text: `"${name} of ${(text ?? json).length.toLocaleString('en')}"` } }
}
