import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Compiles `failing-disk.c` into a folder; gives the environment of a process whose disk fails. It needs gcc, and a system
 * that loads libraries by LD_PRELOAD.
 */
export function failingDisk(folder: string): { LD_PRELOAD: string } {
  const library = join(folder, 'failing-disk.so')
  const source = fileURLToPath(new URL('failing-disk.c', import.meta.url))
  execFileSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
  return { LD_PRELOAD: library }
}
