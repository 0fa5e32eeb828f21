/** The schemas of webhooks and of their deliveries. */
import * as z from 'zod'
import { mediaAccesses } from '../access/media-access.ts'
import { changeTypes } from '../changes/log.ts'
import { patchOf } from '../lib/merge-patch.ts'
import { Id, line, Reference, Slug, Timestamp } from '../lib/schemas.ts'

/** All events, all events of a noun, and single events. */
const eventPatterns = ['*', ...new Set(changeTypes.map((type) => `${type.split('.')[0]}.*`)), ...changeTypes] as const

export const webhookStatuses = ['active', 'paused', 'disabled'] as const
export const deliveryStatuses = ['pending', 'delivered', 'dead'] as const

const events = z
  .array(z.enum(eventPatterns))
  .min(1)
  .max(eventPatterns.length)
  .transform((list) => [...new Set(list)])
  .meta({ description: 'The events to send: single ones, all of a noun (`article.*`), or all (`*`).' })

const MEDIA =
  'The media in editions: `allowed`, that which every partner may have; `granted`, also that which needs a grant; `all`, for sites of the newsroom.'

const input = {
  name: line(200).nullish().meta({ description: 'A name for people.' }),
  url: z
    .string()
    .max(2_048)
    .refine((value) => URL.canParse(value) && !/\s/.test(value), 'must be an absolute address')
    .meta({
      format: 'uri',
      description: 'The address that messages are posted to: http or https, on the public internet.',
    }),
  events,
  section: Reference.nullish().meta({
    description: 'Of changes of articles only those of this section and of all below it; an id, a slug or a path.',
  }),
  include: z
    .array(z.enum(['edition']))
    .max(1)
    .optional()
    .meta({ description: 'What to add to messages: `edition`, the article as it is when the message is sent.' }),
  media: z.enum(mediaAccesses).optional().meta({ description: MEDIA }),
}

export const NewWebhook = z.strictObject(input).meta({
  id: 'NewWebhook',
  description: 'A webhook to create.',
  examples: [{ url: 'https://site.example/hooks', events: ['article.*'], section: 'world-news' }],
})

export const WebhookPatch = patchOf({
  ...input,
  status: z
    .enum(['active', 'paused'])
    .meta({ description: '`paused` stops sending; `active` resumes it: what is pending is sent at once.' }),
}).meta({
  id: 'WebhookPatch',
  description: 'The changes to a webhook.',
  examples: [{ status: 'active' }],
})
export type WebhookPatch = z.infer<typeof WebhookPatch>

export const Webhook = z
  .object({
    id: Id,
    name: z
      .string()
      .nullable()
      .meta({ description: 'A name for people.', examples: ['Website'] }),
    url: z
      .string()
      .meta({ description: 'The address that messages are posted to.', examples: ['https://site.example/hooks'] }),
    events: z
      .array(z.enum(eventPatterns))
      .meta({ description: 'The events that are sent.', examples: [['article.*']] }),
    section: z
      .string()
      .nullable()
      .meta({ description: 'The id of the section that the articles are limited to; null for all.' }),
    include: z.array(z.enum(['edition'])).meta({ description: 'What is added to messages.', examples: [[]] }),
    media: z.enum(mediaAccesses).meta({ description: MEDIA, examples: ['allowed'] }),
    version: z.int().meta({ description: 'The version of the webhook.', examples: [1] }),
    status: z.enum(webhookStatuses).meta({
      description: 'Messages are sent while it is `active`. A receiver that answers 410 makes it `disabled`.',
    }),
    reason: z.string().nullable().meta({ description: 'Why the service paused or disabled it; null if it did not.' }),
    statusSince: Timestamp.meta({ description: 'Since when it has that status.' }),
    lastSuccessAt: Timestamp.nullable().meta({ description: 'When a message was last received.' }),
    lastFailureAt: Timestamp.nullable().meta({ description: 'When a message last failed.' }),
    failingSince: Timestamp.nullable().meta({
      description: 'Since when every message has failed; null if the last one was received.',
    }),
    pending: z.int().meta({ description: 'How many deliveries are pending.', examples: [0] }),
    dead: z.int().meta({ description: 'How many deliveries were given up; they can be sent again.', examples: [0] }),
    behind: z
      .int()
      .meta({ description: 'How many changes have not been turned into deliveries for it yet.', examples: [0] }),
    oldSecretUntil: Timestamp.nullable().meta({
      description: 'Until when the previous secret signs too, after a rotation; those before it end earlier.',
    }),
    createdAt: Timestamp.meta({ description: 'When it was created.' }),
    updatedAt: Timestamp.meta({ description: 'When it last changed.' }),
  })
  .meta({ id: 'Webhook', description: 'A receiver of messages about changes; without its secret.' })
export type Webhook = z.infer<typeof Webhook>

export const WebhookWithSecret = Webhook.extend({
  secret: z.string().meta({
    description: 'The secret that messages are signed with. It is never shown again.',
    examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
  }),
}).meta({ id: 'WebhookWithSecret', description: 'A webhook with its secret, which is shown only once.' })

export const Delivery = z
  .object({
    id: Id.meta({ description: 'The `webhook-id` of every attempt.' }),
    type: z.enum([...changeTypes, 'webhook.test']).meta({ description: 'The event.' }),
    seq: z.int().nullable().meta({ description: 'The number of the change; null for a test.' }),
    target: z.object({ id: Id, slug: Slug }).nullable().meta({ description: 'What changed.' }),
    status: z
      .enum(deliveryStatuses)
      .meta({ description: 'Whether it is still pending, was received, or was given up (`dead`).' }),
    attempts: z.int().meta({ description: 'How many attempts there were.', examples: [1] }),
    createdAt: Timestamp.meta({ description: 'When it was queued.' }),
    nextAttemptAt: Timestamp.nullable().meta({ description: 'When the next attempt is due; null if there is none.' }),
    lastAttemptAt: Timestamp.nullable().meta({ description: 'When the last attempt was made.' }),
    finishedAt: Timestamp.nullable().meta({ description: 'When it was received or given up.' }),
    responseStatus: z
      .int()
      .nullable()
      .meta({ description: 'The status that the receiver answered the last attempt with.' }),
    milliseconds: z.int().nullable().meta({ description: 'How long the last attempt took, in milliseconds.' }),
    error: z
      .enum(['status', 'timeout', 'connection', 'url-not-allowed'])
      .nullable()
      .meta({ description: 'Why the last attempt failed; `status` for an answer other than 2xx.' }),
    excerpt: z.string().nullable().meta({ description: 'The beginning of the last answer other than 2xx, escaped.' }),
  })
  .meta({ id: 'Delivery', description: 'A message to a webhook, and the result of its last attempt.' })
export type Delivery = z.infer<typeof Delivery>
