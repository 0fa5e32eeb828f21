/** The events of webhooks for the OpenAPI document: the schemas of their messages and headers. */
import * as z from 'zod'
import { type ChangeType, changeTypes, type EntryNoun } from '../changes/log.ts'
import { Article } from '../editions/article.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'

const Seq = z.int().meta({
  description: 'The number of the change. Numbers follow the order of commits.',
  examples: [4711],
})

/** The schema of the message about a change of one kind of resource. */
function eventOf(noun: string, title: string, types: ChangeType[], data: z.ZodRawShape) {
  return z
    .object({
      type: z.enum(types).meta({ description: 'What happened, as a noun and a verb.' }),
      timestamp: Timestamp.meta({ description: 'When it happened.' }),
      data: z.object({ seq: Seq, ...data }).meta({ description: 'What changed, as it is when the message is sent.' }),
    })
    .meta({ id: `${title}Event`, description: `A message to a webhook about a change of ${noun}.` })
}

const typesOf = (noun: string) => changeTypes.filter((type) => type.startsWith(`${noun}.`))

const ArticleEvent = eventOf('an article', 'Article', typesOf('article'), {
  article: z
    .object({ id: Id, slug: Slug, version: z.int().meta({ description: 'The version that is live.', examples: [3] }) })
    .meta({ description: 'The article that changed.' }),
  gone: z.boolean().meta({ description: 'Whether the article is not live any more: drop it.' }),
  edition: Article.nullable().optional().meta({
    description: 'The article as it is now, or null if it is not live; only for webhooks that include `edition`.',
  }),
})

const entryEvent = (noun: Exclude<EntryNoun, 'media'>, title: string) =>
  eventOf(`${noun === 'author' ? 'an' : 'a'} ${noun}`, title, typesOf(noun), {
    [noun]: z.object({ id: Id, slug: Slug }).meta({ description: `The ${noun} that changed.` }),
  })

const MediaEvent = eventOf('media', 'Media', typesOf('media'), {
  media: z.object({ id: Id, slug: Slug }).meta({ description: 'The media that changed.' }),
  articles: z.array(z.object({ id: Id, slug: Slug })).meta({
    description: 'The live articles that refer to it. What is withdrawn or expired they show no more.',
  }),
})

const TestEvent = z
  .object({
    type: z.literal('webhook.test').meta({ description: 'The type of a test message.' }),
    timestamp: Timestamp.meta({ description: 'When it was requested.' }),
    data: z
      .object({ webhook: z.object({ id: Id }).meta({ description: 'The webhook that is tested.' }) })
      .meta({ description: 'What is tested.' }),
  })
  .meta({ id: 'TestEvent', description: 'A message that tests a webhook.' })

const schemas: Record<string, z.ZodType> = {
  article: ArticleEvent,
  author: entryEvent('author', 'Author'),
  source: entryEvent('source', 'Source'),
  section: entryEvent('section', 'Section'),
  tag: entryEvent('tag', 'Tag'),
  media: MediaEvent,
  webhook: TestEvent,
}

/** Headers of every message (https://www.standardwebhooks.com). */
const Headers = z.looseObject({
  'webhook-id': Id.meta({ description: 'The id of the delivery, the same at every attempt: handle each id once.' }),
  'webhook-timestamp': z
    .string()
    .regex(/^\d+$/)
    .meta({ description: 'When this attempt was made, in seconds since 1970.', examples: ['1641461400'] }),
  'webhook-signature': z.string().meta({
    description:
      'One signature, or two after a rotation, separated by a space: `v1,` and the base64 of an HMAC-SHA256 of id, timestamp and body.',
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  }),
})

const verbs: Record<string, string> = {
  published: 'was published, or published again with changes',
  updated: 'was changed, or shows something else because of what it refers to',
  corrected: 'was corrected',
  retracted: 'was retracted',
  unpublished: 'was unpublished',
  created: 'was created or restored',
  deleted: 'was deleted',
  withdrawn: 'was withdrawn: live articles no longer show it',
  expired: 'has expired: live articles no longer show it',
  restored: 'is available again: live articles show it',
  test: 'is tested',
}

/** Every event, for the OpenAPI document. */
export const webhookDocument = {
  headers: Headers,
  events: [...changeTypes, 'webhook.test' as const].map((type) => {
    const [noun = '', verb = ''] = type.split('.')
    const article = /^a/.test(noun) ? 'An' : 'A'
    return {
      type,
      summary: `${article} ${noun} ${verbs[verb]}`,
      description:
        'Answer with any 2xx status once the message is stored. Check the signature first. Messages may come twice and out of order: compare `seq`.',
      schema: schemas[noun] ?? TestEvent,
    }
  }),
}
