/** Work on files that nobody has checked: what decodes them can crash, hang, or need much memory. */
import type { inspectFile } from './inspect.ts'
import type { renderImage } from './render.ts'
import { UnacceptableFile, type UnacceptableFileCode } from './unacceptable-file.ts'

/** The tasks, wherever they run. */
export interface ImageTasks {
  inspectFile: typeof inspectFile
  renderImage: typeof renderImage
}

/** Runs the tasks in this process: for tests and commands. What decodes is loaded for the first file. */
export const inlineImageTasks: ImageTasks = {
  inspectFile: async (path) => (await import('./inspect.ts')).inspectFile(path),
  renderImage: async (task) => (await import('./render.ts')).renderImage(task),
}

/** One of the tasks with its argument. */
export type ImageTask = {
  [N in keyof ImageTasks]: { name: N; argument: Parameters<ImageTasks[N]>[0] }
}[keyof ImageTasks]

/** The result in a form that can be sent between processes: an error would lose its class. */
export type ImageTaskOutcome = { value: unknown } | { unacceptable: UnacceptableFileCode; message: string }

/** Runs a task in a process of the pool of `image-pool.ts`. */
export async function runImageTask({ name, argument }: ImageTask): Promise<ImageTaskOutcome> {
  try {
    const task = inlineImageTasks[name] as (argument: unknown) => Promise<unknown>
    return { value: await task(argument) }
  } catch (error) {
    if (error instanceof UnacceptableFile) return { unacceptable: error.code, message: error.message }
    throw error
  }
}
