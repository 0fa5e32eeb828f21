/** A process for image tasks that does what a hostile file would make a decoder do. */
export default async function runTask({ argument }) {
  if (argument === 'crash') process.kill(process.pid, 'SIGSEGV')
  if (argument === 'exit') process.exit(3)
  if (argument === 'hang') for (;;) Math.random()
  if (argument === 'refuse') return { unacceptable: 'too-large', message: 'the image is too large' }
  if (argument === 'pid') return { value: { pid: process.pid } }
  if (argument === 'fail') throw new Error('the disk has failed')
  return { value: { kind: 'image' } }
}
