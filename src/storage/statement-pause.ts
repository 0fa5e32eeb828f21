/**
 * Yielding to the event loop between statements. SQLite runs a statement synchronously, so a transaction of many
 * statements would block every other request until its end.
 */
import type { Reader } from './storage.ts'

/** Called after each prepared statement of a connection; gives a promise when the statement's caller is to wait for it. */
type Pause = () => Promise<void> | undefined

/** The property of a connection under which its pause is stored. */
const pauseOf = Symbol('pause between statements')

/** Makes the caller of every prepared statement on this connection wait whenever `pause` gives a promise. */
export const pauseBetweenStatements = (db: Reader, pause: Pause): void => void Object.assign(db, { [pauseOf]: pause })

/** What the caller of a statement that has just run on this connection has to wait for, if anything. */
export const pauseAfterStatement = (db: Reader): Promise<void> | undefined => (db as { [pauseOf]?: Pause })[pauseOf]?.()
