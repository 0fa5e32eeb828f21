import { setTimeout as pause } from 'node:timers/promises'
import type { Connection, Query } from './postgres-connections.ts'
import { sharedCall } from './shared-call.ts'

/** The time limit for the last change of a replica, and how long a replica without one is not used, in milliseconds. */
const DEADLINE = 300
const ABSENCE = 10_000

/** The time as a number: as a text it would differ where the servers have different time zones. */
const LAST_CHANGE = {
  name: 'last_change_of_server',
  text: `select concat(seq, ' ', extract(epoch from at)) as change from changes order by seq desc limit 1`,
}

async function lastChangeOf({ query }: Connection): Promise<string> {
  const { rows } = await query<{ change: string }>(LAST_CHANGE)
  return rows[0]?.change ?? ''
}

/**
 * Queries a replica of the server if that has the last change, and the server itself if it does not, or if the replica
 * does not answer. So no result is older than a commit of any process. `watching` queries the last change of the server;
 * all queries that begin at the same time share that.
 */
export function currentReplica(watching: Connection, replica: Connection, server: Connection): Query {
  let absentUntil = 0

  async function lastReplayed(): Promise<string | undefined> {
    if (performance.now() < absentUntil) return undefined
    const none = () => undefined
    const late = pause(DEADLINE, undefined, { ref: false })
    const change = await Promise.race([lastChangeOf(replica).catch(none), late])
    if (change === undefined) absentUntil = performance.now() + ABSENCE
    return change
  }
  const isCurrent = sharedCall(async () => {
    const [last, replayed] = await Promise.all([lastChangeOf(watching), lastReplayed()])
    return last === replayed
  })
  return (async (config, values) => {
    if (!(await isCurrent())) return server.query(config, values)
    // A replica may cancel a query that is in the way of its replay.
    return replica.query(config, values).catch(() => server.query(config, values))
  }) as Query
}
