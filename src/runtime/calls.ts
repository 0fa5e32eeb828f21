/** Calls of functions between threads. */
import type { MessagePort, TransferListItem, Worker } from 'node:worker_threads'

type Functions = { [name: string]: (...args: never[]) => unknown }

type Message =
  | { id: number; call: string; args: never[] }
  | { id: number; value: unknown }
  | { id: number; error: unknown }

/** Calls a function of the other thread by its name; gives its result, or throws its error. */
export type Call<F extends Functions> = <N extends keyof F & string>(
  name: N,
  args: Parameters<F[N]>,
  transfer?: TransferListItem[],
) => Promise<Awaited<ReturnType<F[N]>>>

/**
 * Lets two threads call functions of each other: `own` are those of this side. What is passed is copied, apart from what
 * is in `transfer`. A call to a thread that has ended is never answered.
 */
export function calls<Other extends Functions>(port: MessagePort | Worker, own: Functions): Call<Other> {
  const waiting = new Map<number, { resolve(value: never): void; reject(error: unknown): void }>()
  let last = 0

  async function answer(id: number, name: string, args: never[]): Promise<void> {
    try {
      port.postMessage({ id, value: await own[name]?.(...args) })
    } catch (error) {
      port.postMessage({ id, error })
    }
  }

  port.on('message', (message: Message) => {
    if ('call' in message) return void answer(message.id, message.call, message.args)
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) call?.reject(message.error)
    else call?.resolve(message.value as never)
  })

  return (name, args, transfer) => {
    last += 1
    const id = last
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      port.postMessage({ id, call: name, args }, transfer)
    })
  }
}
