import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where data of tests lie: in memory where there is room, since they need not survive a power cut. No place for programs. */
export const dataHome = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir()

/** @param {string} path */
function hasRoom(path) {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize > 2 ** 30
  } catch {
    return false
  }
}
