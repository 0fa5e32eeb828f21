/** What a process of the pool of `image-pool.ts` runs. */
import { setPriority } from 'node:os'
import { runImageTask } from './image-tasks.ts'

/** Lower than the service: requests go first. */
const PRIORITY = 10

setPriority(PRIORITY)

export default runImageTask
