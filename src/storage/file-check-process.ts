/**
 * The process that checks an SQLite file, table by table, so that the snapshot which keeps the WAL from being emptied is
 * short. Its argument is the path of the database; it sends the first fault.
 */
import Database from 'better-sqlite3'
import { followParent, sendToParent } from './parent-process.ts'

/** The first fault of the file, in SQLite's words; undefined if it is sound. */
function firstFault(connection: Database.Database): string | undefined {
  const tables = connection
    .prepare(
      "select name from sqlite_schema where type = 'table' and rootpage > 0 and name not like 'sqlite\\_%' escape '\\'",
    )
    .pluck()
    .all() as string[]
  for (const table of tables) {
    // Without the content of indexes, which takes much longer: `dateline doctor` compares that too.
    const fault = connection.pragma(`quick_check('${table}')`, { simple: true }) as string
    if (fault !== 'ok') return fault
  }
  return undefined
}

followParent()
const [path = ''] = process.argv.slice(2)
const connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 1_000 })
try {
  const fault = firstFault(connection)
  if (fault !== undefined) sendToParent(fault)
} catch (error) {
  const { code = '', message } = error as { code?: string; message: string }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) sendToParent(message)
} finally {
  connection.close()
  process.disconnect()
}
