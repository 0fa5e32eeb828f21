/** The shapes of keys and of what they grant. */
import * as z from 'zod'
import { formats } from '../lib/grant.ts'
import { keyRoles, type Permission, permissions, roles } from '../lib/roles.ts'
import { Id, line, Moment, Timestamp } from '../lib/shapes.ts'

const ids = (noun: string) =>
  z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .meta({ description: `Ids or slugs: articles of any ${noun} among them. Empty for no limit.` })

const texts = (description: string) => z.array(line(200)).max(100).default([]).meta({ description })

export const GrantInput = z
  .strictObject({
    sections: ids('section').meta({ description: 'Ids or slugs; with all sections below. Empty for no limit.' }),
    tags: ids('tag'),
    languages: texts('Language tags. Empty for no limit.'),
    usages: texts('Terms of use, as `rights.usage` of the articles states them. Empty for no limit.'),
    formats: z.array(z.enum(formats)).default([]).meta({ description: 'Forms; empty for all.' }),
    embargoLeadSeconds: z
      .int()
      .min(0)
      .max(31_536_000)
      .default(0)
      .meta({ description: 'How long before its release a scheduled article may be seen.' }),
  })
  .meta({
    id: 'GrantInput',
    description: 'What a partner may have: articles that keep within every limit.',
    examples: [{ sections: ['world-news'], languages: ['en'], embargoLeadSeconds: 3600 }],
  })

export const Grant = z
  .object({
    sections: z.array(z.string()),
    tags: z.array(z.string()),
    languages: z.array(z.string()),
    usages: z.array(z.string()),
    formats: z.array(z.enum(formats)),
    embargoLeadSeconds: z.int(),
  })
  .meta({ id: 'Grant', description: 'What a partner may have; sections and tags by id.' })

export const NewApiKey = z
  .strictObject({
    name: line(200),
    role: z.enum(keyRoles),
    expiresAt: Moment.nullish().meta({ description: 'When the key becomes void; never if left out.' }),
    rateLimit: z.int().min(1).max(1_000_000).nullish().meta({ description: 'Requests a minute.' }),
    grant: GrantInput.nullish().meta({ description: 'What it may have; everything if left out. For partners only.' }),
  })
  .meta({ id: 'NewApiKey', description: 'A key to be made.', examples: [{ name: 'Website', role: 'reader' }] })

export const ApiKeyPatch = NewApiKey.pick({ name: true, rateLimit: true, grant: true })
  .partial()
  .meta({
    id: 'ApiKeyPatch',
    description: 'What to change about a key. A grant is replaced as a whole; `null` takes all limits away.',
    examples: [{ grant: { sections: ['sport'] } }],
  })

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    role: z.enum(keyRoles),
    expiresAt: Timestamp.nullable(),
    rateLimit: z.int().nullable(),
    grant: Grant.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'To the minute.' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'ApiKey', description: 'A key, without its secret.' })

export const ApiKeyWithSecret = ApiKey.extend({
  secret: z.string().meta({ description: 'The whole bearer token. It is never shown again.' }),
}).meta({ id: 'ApiKeyWithSecret', description: 'A key with its secret, which is shown this once.' })

export const Me = z
  .object({
    id: z.string().nullable().meta({ description: 'The id of the key, or null without one.' }),
    name: z.string(),
    role: z.enum(Object.keys(roles) as [keyof typeof roles]),
    permissions: z.array(z.enum(Object.keys(permissions) as [Permission])),
    expiresAt: Timestamp.nullable(),
    grant: Grant.nullable(),
  })
  .meta({ id: 'Me', description: 'Who the key of this request is and what it may do.' })
