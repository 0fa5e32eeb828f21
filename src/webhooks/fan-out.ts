/** From the log of changes to deliveries: the log is the outbox, and each webhook has a place up to which it was read. */
import { eq } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import { changesAfter, type LoggedChange } from '../changes/log.ts'
import { changePayloads } from '../editions/change-payload.ts'
import { insertRows, prepared } from '../storage/prepared-statements.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { newDelivery } from './deliveries.ts'
import type { WebhookRow } from './store.ts'

/** How many changes are read for a webhook at once. */
const BATCH = 50
/** How many are read in one transaction, for all webhooks together: others write, too. */
const MOST_READ = 200

const selectActive = prepared('webhooks_active', (db) =>
  db.select().from(webhooks).where(eq(webhooks.status, 'active')).orderBy(webhooks.cursor),
)

/** The active webhooks, the furthest behind the log first. */
export const activeWebhooks = (db: Reader): Promise<WebhookRow[]> => selectActive(db)

/** Makes the deliveries of new changes, and moves the places of their webhooks, in one transaction; `last` is the last. */
export async function fanOut(tx: Writer, last: number, now: string): Promise<void> {
  let read = 0
  for (const webhook of await activeWebhooks(tx)) {
    if (webhook.cursor >= last || read >= MOST_READ) return
    const changes = await changesAfter(tx, webhook.cursor, BATCH)
    const wanted = changes.filter(({ type }) => wants(webhook.events, type))
    const told = webhook.section === null ? wanted : await concerning(tx, webhook, wanted)
    await insertRows(
      tx,
      webhookDeliveries,
      told.map(({ seq, type, at, target, slug, version }) => ({
        ...newDelivery(webhook.id, type, at, now),
        seq,
        target,
        slug,
        version,
      })),
    )
    await tx
      .update(webhooks)
      .set({ cursor: changes.at(-1)?.seq ?? last })
      .where(eq(webhooks.id, webhook.id))
    read += changes.length
  }
}

/** Whether one of the patterns takes in the type: `article.published`, `article.*` or `*`. */
const wants = (patterns: string[], type: string): boolean =>
  patterns.some((pattern) => pattern === '*' || pattern === type || pattern === type.replace(/\..*/, '.*'))

/** Of changes of articles those that are in the section of the webhook, or have just left it. */
async function concerning(db: Reader, webhook: WebhookRow, changes: LoggedChange[]): Promise<LoggedChange[]> {
  const told = await changePayloads(db, changes, { grant: grantOf(webhook), withEditions: false })
  return told.filter(({ isVisible: concerns }) => concerns).map(({ change }) => change)
}

/** What a webhook may be told of, as a partner's grant says it; null for everything. */
export const grantOf = ({ section }: WebhookRow): Grant | null =>
  section === null
    ? null
    : { sections: [section], tags: [], languages: [], usages: [], formats: [], embargoLeadSeconds: 0 }
