/** A thread for body tasks that does what a hostile text would make a converter do. */
export default async function runTask({ args: [body] }) {
  const { value } = JSON.parse(body.json)
  if (value.startsWith('loop')) for (;;) Math.random()
  if (value.startsWith('fill')) for (const texts = []; ; ) texts.push(Array.from({ length: 1e6 }, Math.random))
  if (value.startsWith('unreadable')) return { unreadable: 'has more than 20000 elements' }
  return { value: { json: '{"blocks":[],"warnings":[]}' } }
}
