/** Turns changes into deliveries: the table of changes is the outbox, and each webhook has a cursor into it. */
import { eq } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import { changesAfter, type LoggedChange } from '../changes/log.ts'
import { changePayloads } from '../editions/change-payload.ts'
import { insertRows, prepared } from '../storage/prepared-statements.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { newDelivery } from './deliveries.ts'
import type { WebhookRow } from './store.ts'

/** How many changes are read for one webhook at a time. */
const BATCH = 50
/** How many are read in one transaction for all webhooks, so that other writers do not wait for long. */
const MAX_READ = 200

const selectActive = prepared('webhooks_active', (db) =>
  db.select().from(webhooks).where(eq(webhooks.status, 'active')).orderBy(webhooks.cursor),
)

/** The active webhooks, those with the oldest cursor first. */
export const activeWebhooks = (db: Reader): Promise<WebhookRow[]> => selectActive(db)

/**
 * Creates deliveries for new changes and advances the cursors of the webhooks. `lastChange` is the number of the last
 * change. It may stop before that: the cursors say how far it came.
 */
export async function fanOut(tx: Writer, lastChange: number, now: string): Promise<void> {
  let read = 0
  for (const webhook of await activeWebhooks(tx)) {
    if (webhook.cursor >= lastChange || read >= MAX_READ) return
    const changes = await changesAfter(tx, webhook.cursor, BATCH)
    const subscribed = changes.filter(({ type }) => isSubscribed(webhook.events, type))
    const matching = webhook.section === null ? subscribed : await inSection(tx, webhook, subscribed)
    await insertRows(
      tx,
      webhookDeliveries,
      matching.map(({ seq, type, at, target, slug, version }) => ({
        ...newDelivery(webhook.id, type, at, now),
        seq,
        target,
        slug,
        version,
      })),
    )
    await tx
      .update(webhooks)
      .set({ cursor: changes.at(-1)?.seq ?? lastChange })
      .where(eq(webhooks.id, webhook.id))
    read += changes.length
  }
}

/** Whether one of the patterns matches the type: `article.published`, `article.*` or `*`. */
const isSubscribed = (patterns: string[], type: string): boolean =>
  patterns.some((pattern) => pattern === '*' || pattern === type || pattern === type.replace(/\..*/, '.*'))

/** Leaves out changes of articles that neither are in the section of the webhook nor have just left it. */
async function inSection(db: Reader, webhook: WebhookRow, changes: LoggedChange[]): Promise<LoggedChange[]> {
  const payloads = await changePayloads(db, changes, {
    grant: grantOf(webhook),
    withEditions: false,
    mediaAccess: webhook.mediaAccess,
  })
  return payloads.filter(({ isVisible }) => isVisible).map(({ change }) => change)
}

/** What a webhook may be sent, expressed as a partner's grant; null for everything. */
export const grantOf = ({ section }: WebhookRow): Grant | null =>
  section === null
    ? null
    : { sections: [section], tags: [], languages: [], usages: [], formats: [], embargoLeadSeconds: 0 }
