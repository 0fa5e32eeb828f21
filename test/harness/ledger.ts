import Database from 'better-sqlite3'
import type { CommandLine } from './command-line.ts'

const KEY = 'a-key-of-the-ledger-0123456789-0123456789'

/** The settings of a service that a ledger writes to. */
export const ledgerSettings = {
  DATABASE_URL: 'ledger.db',
  HOST: '127.0.0.1',
  PORT: '0',
  DATELINE_ADMIN_KEY: KEY,
}

/** A process that serves, with its address. */
export async function serveProcess(commands: CommandLine, environment: Record<string, string> = ledgerSettings) {
  const { child, said, ended } = commands.start(['serve'], environment)
  const [, url = ''] = /(http:\/\/\S+:\d+)/.exec(await said('Dateline serves')) ?? []
  return { url, child, ended }
}

/** A request with the admin key; what came back, or undefined where nobody answers. */
export async function request(url: string, method = 'GET', body?: object) {
  try {
    const reply = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${KEY}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, body: text === '' ? {} : JSON.parse(text) }
  } catch {
    return undefined
  }
}

export type Ledger = ReturnType<typeof newLedger>

/** What was sent, what was acknowledged and what was refused. Headlines name the writes. */
export function newLedger() {
  const sent = new Set<string>()
  const acknowledged = new Map<string, string>()
  const refused = new Set<string>()

  /**
   * Writes articles one after the other until nobody answers any more, or `isDone`; every fifth has to be refused. A
   * reply of a status in `refusals` refuses a write, too; after one of `unknown` it may be there or not.
   */
  async function write(
    url: string,
    name: string,
    {
      onAcknowledged = () => {},
      isDone = () => false,
      refusals = [] as number[],
      unknown = [] as number[],
      onOther = (_status: number) => {},
    },
  ): Promise<void> {
    for (let number = 0; !isDone(); number++) {
      const headline = `Piece ${name}x${number}`
      const isWrong = number % 5 === 4
      const text = [{ type: 'paragraph', text: `Said of piece${name}x${number}` }]
      sent.add(headline)
      if (isWrong) refused.add(headline)
      const input = { headline, body: text, ...(isWrong && { section: 'nowhere' }) }
      const reply = await request(`${url}/v1/articles?publish=true`, 'POST', input)
      if (!reply) return
      if (refusals.includes(reply.status)) refused.add(headline)
      if (refusals.includes(reply.status) || unknown.includes(reply.status)) {
        onOther(reply.status)
        continue
      }
      expect(reply.status).toBe(isWrong ? 422 : 201)
      if (isWrong) continue
      acknowledged.set(reply.body.id, headline)
      onAcknowledged()
    }
  }

  /** Whether a file has everything in these acknowledged writes, nothing that was refused, and is sound. */
  function check(file: string, expected: Iterable<string> = acknowledged.keys()): void {
    const db = new Database(file)
    const all = (sql: string) => db.prepare(sql).pluck().all() as string[]
    try {
      expect(all('PRAGMA integrity_check')).toEqual(['ok'])
      expect(all('PRAGMA foreign_key_check')).toEqual([])
      db.exec("INSERT INTO edition_index (edition_index, rank) VALUES ('integrity-check', 1)")
      const ids = all('SELECT id FROM articles ORDER BY id')
      const present = new Set(ids)
      expect([...expected].filter((id) => !present.has(id))).toEqual([])
      // Whatever is there was sent, was not refused, and is there with all that belongs to it.
      const headlines = all("SELECT json_extract(document, '$.headline') FROM editions")
      expect(headlines.filter((one) => !sent.has(one) || refused.has(one))).toEqual([])
      expect(headlines).toHaveLength(ids.length)
      expect(new Set(headlines).size).toBe(ids.length)
      expect(all('SELECT article FROM editions WHERE search_key IS NOT NULL ORDER BY article')).toEqual(ids)
      expect(all('SELECT article FROM revisions WHERE number = 1 ORDER BY article')).toEqual(ids)
      expect(all("SELECT target FROM changes WHERE type = 'article.published' ORDER BY target")).toEqual(ids)
      expect(all('SELECT seq FROM changes ORDER BY seq')).toEqual(ids.map((_, index) => index + 1))
      expect(all("SELECT target FROM audit_log WHERE action = 'article.publish' ORDER BY target")).toEqual(ids)
    } finally {
      db.close()
    }
  }

  return { sent, acknowledged, refused, write, check }
}
