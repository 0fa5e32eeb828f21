/** The shapes of webhooks and of their deliveries. */
import * as z from 'zod'
import { changeTypes } from '../changes/log.ts'
import { Id, line, Reference, Slug, Timestamp } from '../lib/shapes.ts'

/** Types of changes, all of a noun, and all there are. */
const patterns = ['*', ...new Set(changeTypes.map((type) => `${type.split('.')[0]}.*`)), ...changeTypes] as const

export const statuses = ['active', 'paused', 'disabled'] as const
export const deliveryStatuses = ['pending', 'delivered', 'dead'] as const

const events = z
  .array(z.enum(patterns))
  .min(1)
  .max(patterns.length)
  .transform((list) => [...new Set(list)])
  .meta({ description: 'Types of changes: one by one, all of a noun (`article.*`), or all (`*`).' })

const input = {
  name: line(200).nullish(),
  url: z
    .string()
    .max(2_048)
    .refine((value) => URL.canParse(value) && !/\s/.test(value), 'must be an absolute address')
    .meta({ format: 'uri', description: 'Where to post to: http or https, on the public internet.' }),
  events,
  section: Reference.nullish().meta({
    description: 'Of changes of articles only those of this section and of all below it; an id, a slug or a path.',
  }),
  include: z
    .array(z.enum(['edition']))
    .max(1)
    .optional()
    .meta({ description: 'What to add: `edition`, the article as it is when it is sent, or null.' }),
}

export const NewWebhook = z.strictObject(input).meta({
  id: 'NewWebhook',
  description: 'A webhook to be made.',
  examples: [{ url: 'https://site.example/hooks', events: ['article.*'], section: 'world-news' }],
})

export const WebhookPatch = z
  .strictObject({
    ...input,
    status: z
      .enum(['active', 'paused'])
      .meta({ description: '`active` resumes: what is pending is sent at once, with all its tries before it.' }),
  })
  .partial()
  .meta({
    id: 'WebhookPatch',
    description: 'What to change about a webhook.',
    examples: [{ status: 'active' }],
  })
export type WebhookPatch = z.infer<typeof WebhookPatch>

export const Webhook = z
  .object({
    id: Id,
    name: z.string().nullable(),
    url: z.string(),
    events: z.array(z.enum(patterns)),
    section: z.string().nullable().meta({ description: 'The id of the section.' }),
    include: z.array(z.enum(['edition'])),
    version: z.int(),
    status: z.enum(statuses).meta({
      description: 'Only to an `active` one is sent. It is `disabled` by a receiver that answers 410.',
    }),
    reason: z.string().nullable().meta({ description: 'Why it is not active, where the service has decided so.' }),
    statusSince: Timestamp,
    lastSuccessAt: Timestamp.nullable(),
    lastFailureAt: Timestamp.nullable(),
    failingSince: Timestamp.nullable().meta({
      description: 'Since when nothing has got through; null if all is well.',
    }),
    pending: z.int().meta({ description: 'Deliveries that are still to be made.' }),
    dead: z.int().meta({ description: 'Deliveries that were given up, and can be made again.' }),
    behind: z.int().meta({ description: 'Changes that have not been looked at for it yet.' }),
    oldSecretUntil: Timestamp.nullable().meta({
      description: 'Until when the secret before the last rotation signs, too.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Webhook', description: 'Somebody who is told of the changes over HTTP; without the secret.' })
export type Webhook = z.infer<typeof Webhook>

export const WebhookWithSecret = Webhook.extend({
  secret: z
    .string()
    .meta({ description: 'What signatures are made with. It is never shown again.', examples: ['whsec_…'] }),
}).meta({ id: 'WebhookWithSecret', description: 'A webhook with its secret, which is shown this once.' })

export const Delivery = z
  .object({
    id: Id.meta({ description: 'The `webhook-id` of every try.' }),
    type: z.enum([...changeTypes, 'webhook.test']),
    seq: z.int().nullable().meta({ description: 'The number of the change; null for a test.' }),
    target: z.object({ id: Id, slug: Slug }).nullable().meta({ description: 'What changed.' }),
    status: z.enum(deliveryStatuses),
    attempts: z.int(),
    createdAt: Timestamp,
    nextAttemptAt: Timestamp.nullable(),
    lastAttemptAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
    responseStatus: z.int().nullable().meta({ description: 'What the receiver answered to the last try.' }),
    milliseconds: z.int().nullable().meta({ description: 'How long the last try took.' }),
    error: z
      .enum(['status', 'timeout', 'connection', 'url-not-allowed'])
      .nullable()
      .meta({ description: 'Why the last try failed; `status` for an answer other than 2xx.' }),
    excerpt: z.string().nullable().meta({ description: 'The beginning of an answer other than 2xx, escaped.' }),
  })
  .meta({ id: 'Delivery', description: 'A message to a webhook, and how its last try went.' })
export type Delivery = z.infer<typeof Delivery>
