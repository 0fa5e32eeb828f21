/** The payloads of messages. They are built when a message is sent, so that they show the article as it is then. */
import { changePayloads } from '../editions/change-payload.ts'
import { getOrCreate } from '../lib/cache.ts'
import type { Reader } from '../storage/storage.ts'
import type { DeliveryRow } from './deliveries.ts'
import { grantOf } from './fan-out.ts'
import type { WebhookRow } from './store.ts'

/** A delivery with its payload. */
export interface WebhookMessage {
  webhook: WebhookRow
  delivery: DeliveryRow
  /** JSON. */
  body: string
}

/** The messages of deliveries, with `type`, `timestamp` and `data` as Standard Webhooks recommends. */
export async function buildMessages(
  db: Reader,
  leased: { webhook: WebhookRow; delivery: DeliveryRow }[],
): Promise<WebhookMessage[]> {
  const byWebhook = new Map<WebhookRow, DeliveryRow[]>()
  for (const { webhook, delivery } of leased) getOrCreate(byWebhook, webhook, () => []).push(delivery)
  const messages: WebhookMessage[] = []
  for (const [webhook, deliveries] of byWebhook) messages.push(...(await messagesFor(db, webhook, deliveries)))
  return messages
}

async function messagesFor(db: Reader, webhook: WebhookRow, deliveries: DeliveryRow[]): Promise<WebhookMessage[]> {
  const changes = deliveries.flatMap((delivery) => {
    const { type, seq, target, slug, version } = delivery
    const isChange = seq !== null && target !== null && slug !== null && version !== null
    return isChange ? [{ delivery, type, seq, target, slug, version, previousAttributes: null }] : []
  })
  const payloads = await changePayloads(db, changes, {
    grant: grantOf(webhook),
    withEditions: webhook.withEdition,
    mediaAccess: webhook.mediaAccess,
  })
  const data = new Map(
    payloads.map(({ change: { delivery, seq }, members }) => [delivery, `{"seq":${seq},${members}}`]),
  )
  const testData = JSON.stringify({ webhook: { id: webhook.id } })
  return deliveries.map((delivery) => {
    const envelope = JSON.stringify({ type: delivery.type, timestamp: delivery.at })
    return { webhook, delivery, body: `${envelope.slice(0, -1)},"data":${data.get(delivery) ?? testData}}` }
  })
}
