/** Schemas of API keys and their grants. */
import * as z from 'zod'
import { formats } from '../access/grants.ts'
import { keyRoles, type Permission, permissions, roles } from '../access/roles.ts'
import { patchOf } from '../lib/merge-patch.ts'
import { Id, Language, line, Moment, Timestamp } from '../lib/schemas.ts'

const ids = (noun: string) =>
  z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .meta({ description: `Ids or slugs: articles with any of these ${noun}s. Empty for no limit.` })

const texts = (description: string) => z.array(line(200)).max(100).default([]).meta({ description })

export const GrantInput = z
  .strictObject({
    sections: ids('section').meta({
      description: 'Ids or slugs: articles in any of these sections or below. Empty for no limit.',
    }),
    tags: ids('tag'),
    languages: z
      .array(Language)
      .max(100)
      .default([])
      .meta({ description: 'Language tags (BCP 47): articles in any of these languages. Empty for no limit.' }),
    usages: texts('Terms of use, as `rights.usage` of articles has them. Empty for no limit.'),
    formats: z
      .array(z.enum(formats))
      .default([])
      .meta({ description: 'The formats in which articles may be read; empty for all.' }),
    embargoLeadSeconds: z
      .int()
      .min(0)
      .max(31_536_000)
      .default(0)
      .meta({ description: 'How long before its release a scheduled article may be seen, in seconds.' }),
    media: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether it covers media whose `rights.syndication` is `by-grant`.' }),
  })
  .meta({
    id: 'GrantInput',
    description: 'What a partner may read: articles within every limit.',
    examples: [{ sections: ['world-news'], languages: ['en'], embargoLeadSeconds: 3600 }],
  })

export const GrantSchema = z
  .object({
    sections: z
      .array(z.string())
      .meta({ description: 'The ids of sections; articles in any of them or below.', examples: [[]] }),
    tags: z.array(z.string()).meta({ description: 'The ids of tags; articles with any of them.', examples: [[]] }),
    languages: z.array(z.string()).meta({ description: 'Language tags; articles in any of them.', examples: [['en']] }),
    usages: z.array(z.string()).meta({ description: 'Terms of use; articles with any of them.', examples: [[]] }),
    formats: z
      .array(z.enum(formats))
      .meta({ description: 'The formats in which articles may be read.', examples: [[]] }),
    embargoLeadSeconds: z.int().meta({
      description: 'How long before its release a scheduled article may be seen, in seconds.',
      examples: [3600],
    }),
    media: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether it covers media whose `rights.syndication` is `by-grant`.', examples: [false] }),
  })
  .meta({ id: 'Grant', description: 'What a partner may read: articles within every limit. An empty list sets none.' })

export const NewApiKey = z
  .strictObject({
    name: line(200).meta({ description: 'A name for people.' }),
    role: z.enum(keyRoles).meta({ description: 'What the key may do.' }),
    expiresAt: Moment.nullish().meta({ description: 'When the key expires; never if left out.' }),
    rateLimit: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullish()
      .meta({ description: 'How many requests a minute it may send; the limit of the service unless set.' }),
    grant: GrantInput.nullish().meta({ description: 'What it may read; everything unless set. For partners only.' }),
  })
  .meta({ id: 'NewApiKey', description: 'A key to create.', examples: [{ name: 'Website', role: 'reader' }] })

export const ApiKeyPatch = patchOf(NewApiKey.pick({ name: true, rateLimit: true, grant: true }).shape).meta({
  id: 'ApiKeyPatch',
  description:
    'The changes to a key: `null` clears, what is absent stays, arrays replace. A grant of `null` sets no limit.',
  examples: [{ name: 'Website and app' }],
})

export const ApiKey = z
  .object({
    id: Id,
    name: z.string().meta({ description: 'A name for people.', examples: ['Website'] }),
    role: z.enum(keyRoles).meta({ description: 'What the key may do.' }),
    expiresAt: Timestamp.nullable().meta({ description: 'When the key expires; null for never.' }),
    rateLimit: z
      .int()
      .nullable()
      .meta({ description: 'How many requests a minute it may send; null for the limit of the service.' }),
    grant: GrantSchema.nullable().meta({ description: 'What it may read; null for everything.' }),
    lastUsedAt: Timestamp.nullable().meta({ description: 'When it was last used, to the minute; null if never.' }),
    createdAt: Timestamp.meta({ description: 'When it was created.' }),
  })
  .meta({ id: 'ApiKey', description: 'A key, without its secret.' })

export const ApiKeyWithSecret = ApiKey.extend({
  secret: z.string().meta({
    description: 'The whole bearer token. It is never shown again.',
    examples: ['dl_01a20b7c44cd73539e2fd39000b30c60_Byjacq'],
  }),
}).meta({ id: 'ApiKeyWithSecret', description: 'A key with its secret, which is shown only once.' })

export const Me = z
  .object({
    id: z
      .string()
      .nullable()
      .meta({
        description: 'The id of the key; null without one.',
        examples: ['01a20b7c-44cd-7353-9e2f-d39000b30c60'],
      }),
    name: z.string().meta({ description: 'The name of the key.', examples: ['Website'] }),
    role: z
      .enum(Object.keys(roles) as [keyof typeof roles])
      .meta({ description: 'The role of the key; `anonymous` without one.', examples: ['reader'] }),
    permissions: z
      .array(z.enum(Object.keys(permissions) as [Permission]))
      .meta({ description: 'What the role allows.', examples: [['live:read']] }),
    expiresAt: Timestamp.nullable().meta({ description: 'When the key expires; null for never.' }),
    grant: GrantSchema.nullable().meta({ description: 'What it may read; null for everything.' }),
  })
  .meta({ id: 'Me', description: 'The key of this request, and what it may do.' })
