/** A thread for body tasks that says which task it got, and how long its first argument is. */
export default async function runTask({ name, args: [{ text }] }) {
  return { value: { text: `"${name} of ${text.length.toLocaleString('en')}"` } }
}
