/**
 * Every table, once, for both engines.
 *
 * The newsroom (`articles`, `revisions`, `articleRefs`) is what editors change; the newsstand (`editions`,
 * `editionRefs`) is what the world reads. Code that serves the public reads the newsstand only.
 */
import type { AccessAttributes } from '../access/attributes.ts'
import type { Grant } from '../access/grants.ts'
import type { Link } from '../lib/schemas.ts'
import {
  booleanColumn,
  bytes,
  compressedJson,
  foreignKey,
  index,
  integer,
  json,
  primaryKey,
  table,
  text,
  timestampColumn,
  uniqueIndex,
} from './dialect.ts'

/** Who may call: bearer keys, of which only a hash is kept. */
export const apiKeys = table('api_keys', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role').notNull(),
  secretHash: text('secret_hash').notNull(),
  rateLimit: integer('rate_limit'),
  // What a partner may have; null sets no limit.
  grant: json('grant').$type<Grant>(),
  expiresAt: timestampColumn('expires_at'),
  lastUsedAt: timestampColumn('last_used_at'),
  createdAt: timestampColumn('created_at').notNull(),
})

/** What every entry of the catalogue has. `version` counts its saves; `deletedAt` is set while it is in the trash. */
const entry = () => ({
  id: text('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  // The name as lists are sorted by it and found by: its words, folded. Empty until it is made.
  sortName: text('sort_name').notNull().default(''),
  version: integer('version').notNull(),
  createdAt: timestampColumn('created_at').notNull(),
  updatedAt: timestampColumn('updated_at').notNull(),
  deletedAt: timestampColumn('deleted_at'),
})

export const authors = table(
  'authors',
  {
    ...entry(),
    kind: text('kind').notNull(),
    jobTitle: text('job_title'),
    bio: text('bio'),
    avatar: text('avatar'),
    email: text('email'),
    links: json('links').$type<Link[]>().notNull(),
  },
  (t) => [uniqueIndex('authors_slug').on(t.slug), index('authors_name').on(t.sortName, t.id)],
)

export const sources = table(
  'sources',
  {
    ...entry(),
    kind: text('kind').notNull(),
    description: text('description'),
    url: text('url'),
    affiliation: text('affiliation'),
    country: text('country'),
  },
  (t) => [
    uniqueIndex('sources_slug').on(t.slug),
    index('sources_name').on(t.sortName, t.id),
    index('sources_affiliation').on(t.affiliation),
    foreignKey({ columns: [t.affiliation], foreignColumns: [t.id], name: 'sources_affiliation_fk' }),
  ],
)

/** A tree. `path` is made from the slugs of the section and of all above it: `/world-news/asia`. */
export const sections = table(
  'sections',
  {
    ...entry(),
    path: text('path').notNull(),
    parent: text('parent'),
    description: text('description'),
    position: integer('position').notNull(),
  },
  (t) => [
    index('sections_path').on(t.path, t.id),
    index('sections_parent').on(t.parent),
    index('sections_name').on(t.sortName, t.id),
    foreignKey({ columns: [t.parent], foreignColumns: [t.id], name: 'sections_parent_fk' }),
  ],
)

export const tags = table('tags', { ...entry(), description: text('description') }, (t) => [
  uniqueIndex('tags_slug').on(t.slug),
  index('tags_name').on(t.sortName, t.id),
])

/**
 * The address book: which thing a slug leads to. A slug that the world has seen (`live`) stays with its thing after the
 * thing has taken another, so that old addresses lead on.
 */
export const slugs = table(
  'slugs',
  {
    kind: text('kind').notNull(),
    slug: text('slug').notNull(),
    // For a section the one above it, and empty at the top: two sections may have the same slug under different parents.
    // For an article a section that it has left: there it was once read, too. Empty for all else.
    scope: text('scope').notNull().default(''),
    target: text('target').notNull(),
    live: booleanColumn('live').notNull(),
    // The entry whose slug it was before that was merged into the target; empty once that is deleted for good.
    mergedFrom: text('merged_from'),
  },
  (t) => [primaryKey({ columns: [t.kind, t.slug, t.scope] }), index('slugs_target').on(t.target)],
)

/** The working copies. `content` is the whole article as its editors see it, with references as ids. */
export const articles = table(
  'articles',
  {
    id: text('id').primaryKey(),
    slug: text('slug').notNull(),
    status: text('status').notNull(),
    version: integer('version').notNull(),
    liveVersion: integer('live_version'),
    // The address that the world knows, or last knew: the working copy may have another by now.
    liveSlug: text('live_slug'),
    externalId: text('external_id'),
    language: text('language').notNull(),
    sortHeadline: text('sort_headline').notNull(),
    createdBy: text('created_by').notNull(),
    createdByName: text('created_by_name').notNull(),
    createdAt: timestampColumn('created_at').notNull(),
    editedAt: timestampColumn('edited_at').notNull(),
    publishedAt: timestampColumn('published_at'),
    updatedAt: timestampColumn('updated_at'),
    publishAt: timestampColumn('publish_at'),
    embargoUntil: timestampColumn('embargo_until'),
    deletedAt: timestampColumn('deleted_at'),
    content: compressedJson('content').notNull(),
    // Its number in the index of working copies; null until it is there.
    searchKey: integer('search_key'),
  },
  (t) => [
    uniqueIndex('articles_search_key').on(t.searchKey),
    uniqueIndex('articles_slug').on(t.slug),
    uniqueIndex('articles_external_id').on(t.externalId),
    index('articles_created_at').on(t.createdAt, t.id),
    index('articles_edited_at').on(t.editedAt, t.id),
    index('articles_headline').on(t.sortHeadline, t.id),
    index('articles_created_by').on(t.createdBy, t.editedAt),
    index('articles_publish_at').on(t.publishAt, t.id),
    index('articles_deleted_at').on(t.deletedAt),
  ],
)

/** What the working copies refer to, by kind: what a filter on drafts, and the count of uses before a deletion, read. */
export const articleRefs = table(
  'article_refs',
  {
    kind: text('kind').notNull(),
    ref: text('ref').notNull(),
    article: text('article').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.ref, t.article] }),
    index('article_refs_article').on(t.article),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'article_refs_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** Each save of a working copy, deflated; `base` names the revision whose content is its dictionary. */
export const revisions = table(
  'revisions',
  {
    article: text('article').notNull(),
    number: integer('number').notNull(),
    base: integer('base'),
    at: timestampColumn('at').notNull(),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    note: text('note'),
    content: bytes('content').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.article, t.number] }),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'revisions_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** Which revision was live from when until when; `until` is null while it is. */
export const publications = table(
  'publications',
  {
    article: text('article').notNull(),
    at: timestampColumn('at').notNull(),
    number: integer('number').notNull(),
    until: timestampColumn('until'),
  },
  (t) => [
    primaryKey({ columns: [t.article, t.at, t.number] }),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'publications_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** What the newsroom owned up to, in public: never changed, never removed but with the article. */
export const corrections = table(
  'corrections',
  {
    id: text('id').primaryKey(),
    article: text('article').notNull(),
    kind: text('kind').notNull(),
    text: text('text').notNull(),
    at: timestampColumn('at').notNull(),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    fromVersion: integer('from_version'),
    toVersion: integer('to_version').notNull(),
  },
  (t) => [
    index('corrections_article').on(t.article, t.at),
    index('corrections_at').on(t.at, t.id),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'corrections_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** What stands on the newsstand in the place of a retracted article: why, and what to read instead. */
export const retractions = table(
  'retractions',
  {
    article: text('article').primaryKey(),
    slug: text('slug').notNull(),
    headline: text('headline').notNull(),
    reason: text('reason').notNull(),
    at: timestampColumn('at').notNull(),
    replacement: text('replacement'),
  },
  (t) => [
    uniqueIndex('retractions_slug').on(t.slug),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'retractions_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** Links that show one draft to someone without a key; of a link only a hash is kept. */
export const previews = table(
  'previews',
  {
    id: text('id').primaryKey(),
    article: text('article').notNull(),
    secretHash: text('secret_hash').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: timestampColumn('created_at').notNull(),
    expiresAt: timestampColumn('expires_at').notNull(),
  },
  (t) => [
    index('previews_article').on(t.article),
    index('previews_expires_at').on(t.expiresAt),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'previews_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/**
 * The live copies: finished JSON, sent as it stands. `document` answers one article, `card` is its place in a list,
 * `content` is what both are compiled from.
 */
export const editions = table(
  'editions',
  {
    article: text('article').primaryKey(),
    slug: text('slug').notNull(),
    version: integer('version').notNull(),
    etag: text('etag').notNull(),
    cacheTag: text('cache_tag').notNull(),
    language: text('language').notNull(),
    externalId: text('external_id'),
    sortHeadline: text('sort_headline').notNull(),
    publishedAt: timestampColumn('published_at').notNull(),
    updatedAt: timestampColumn('updated_at').notNull(),
    card: text('card').notNull(),
    document: text('document').notNull(),
    content: compressedJson('content').notNull(),
    // Its number in the index, which sorts by time; null until it is there.
    searchKey: integer('search_key'),
  },
  (t) => [
    index('editions_search_key').on(t.searchKey, t.article),
    uniqueIndex('editions_slug').on(t.slug),
    uniqueIndex('editions_external_id').on(t.externalId),
    index('editions_published_at').on(t.publishedAt, t.article),
    index('editions_updated_at').on(t.updatedAt, t.article),
    index('editions_headline').on(t.sortHeadline, t.article),
    foreignKey({ columns: [t.article], foreignColumns: [articles.id], name: 'editions_article_fk' }),
  ],
)

/**
 * What the live editions refer to: an author, a source, a tag, a section and each section above it, a related article,
 * a related link; and the language they are in. It answers filtered lists, newest first, and tells which editions a
 * rename makes stale.
 */
export const editionRefs = table(
  'edition_refs',
  {
    kind: text('kind').notNull(),
    ref: text('ref').notNull(),
    publishedAt: timestampColumn('published_at').notNull(),
    article: text('article').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.ref, t.publishedAt, t.article] }),
    index('edition_refs_article').on(t.article),
    foreignKey({ columns: [t.article], foreignColumns: [editions.article], name: 'edition_refs_article_fk' }).onDelete(
      'cascade',
    ),
  ],
)

/** How many editions refer to what lists are filtered by: kept in the transactions that write `editionRefs`. */
export const refCounts = table(
  'ref_counts',
  {
    kind: text('kind').notNull(),
    ref: text('ref').notNull(),
    editions: integer('editions').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.ref] })],
)

/** Editions whose finished JSON is out of date: compiled anew when read, and put right in the background. */
export const staleEditions = table('stale_editions', { article: text('article').primaryKey() }, (t) => [
  foreignKey({ columns: [t.article], foreignColumns: [editions.article], name: 'stale_editions_article_fk' }).onDelete(
    'cascade',
  ),
])

/**
 * The log of all that altered what the world reads: gap-free, in commit order. `was` tells what an article was before,
 * where that is no longer so: whoever may no longer have it is told by that.
 */
export const changes = table(
  'changes',
  {
    seq: integer('seq').primaryKey(),
    type: text('type').notNull(),
    at: timestampColumn('at').notNull(),
    target: text('target').notNull(),
    slug: text('slug').notNull(),
    version: integer('version').notNull(),
    was: json('was').$type<AccessAttributes>(),
  },
  (t) => [index('changes_target').on(t.target, t.seq)],
)

/** Up to which change each partner says to have taken note. */
export const receipts = table(
  'receipts',
  {
    key: text('key').primaryKey(),
    seq: integer('seq').notNull(),
    at: timestampColumn('at').notNull(),
  },
  (t) => [foreignKey({ columns: [t.key], foreignColumns: [apiKeys.id], name: 'receipts_key_fk' }).onDelete('cascade')],
)

/**
 * Who is told of the changes over HTTP. `cursor` is the change up to which deliveries were made; `failingSince` is set
 * from the first failure after a success until the next success. Secrets are sealed: the key to them is elsewhere.
 */
export const webhooks = table(
  'webhooks',
  {
    id: text('id').primaryKey(),
    name: text('name'),
    url: text('url').notNull(),
    events: json('events').$type<string[]>().notNull(),
    section: text('section'),
    withEdition: booleanColumn('with_edition').notNull(),
    version: integer('version').notNull(),
    secret: bytes('secret').notNull(),
    oldSecret: bytes('old_secret'),
    oldSecretUntil: timestampColumn('old_secret_until'),
    status: text('status').notNull(),
    reason: text('reason'),
    statusSince: timestampColumn('status_since').notNull(),
    cursor: integer('cursor').notNull(),
    lastSuccessAt: timestampColumn('last_success_at'),
    lastFailureAt: timestampColumn('last_failure_at'),
    failingSince: timestampColumn('failing_since'),
    createdAt: timestampColumn('created_at').notNull(),
    updatedAt: timestampColumn('updated_at').notNull(),
  },
  (t) => [index('webhooks_created_at').on(t.createdAt, t.id)],
)

/**
 * What was or is to be sent to a webhook: the change it tells of, and how the last try went. While it is `pending`,
 * `nextAt` says when it is tried next; while a process tries it, when another one may take it over.
 */
export const webhookDeliveries = table(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    webhook: text('webhook').notNull(),
    type: text('type').notNull(),
    at: timestampColumn('at').notNull(),
    seq: integer('seq'),
    target: text('target'),
    slug: text('slug'),
    version: integer('version'),
    status: text('status').notNull(),
    attempts: integer('attempts').notNull(),
    createdAt: timestampColumn('created_at').notNull(),
    nextAt: timestampColumn('next_at'),
    lastAt: timestampColumn('last_at'),
    finishedAt: timestampColumn('finished_at'),
    responseStatus: integer('response_status'),
    milliseconds: integer('milliseconds'),
    error: text('error'),
    excerpt: text('excerpt'),
  },
  (t) => [
    index('webhook_deliveries_due').on(t.webhook, t.status, t.nextAt, t.id),
    index('webhook_deliveries_order').on(t.webhook, t.status, t.target, t.seq),
    index('webhook_deliveries_created_at').on(t.webhook, t.createdAt, t.id),
    index('webhook_deliveries_finished_at').on(t.finishedAt),
    foreignKey({
      columns: [t.webhook],
      foreignColumns: [webhooks.id],
      name: 'webhook_deliveries_webhook_fk',
    }).onDelete('cascade'),
  ],
)

/** The first reply to each `Idempotency-Key`, sealed, so that it can be given again. */
export const idempotencyKeys = table(
  'idempotency_keys',
  {
    caller: text('caller').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    reply: bytes('reply').notNull(),
    createdAt: timestampColumn('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caller, t.key] }), index('idempotency_keys_created_at').on(t.createdAt)],
)

/** Who did what, when, by which request: it only grows. */
export const auditLog = table(
  'audit_log',
  {
    id: text('id').primaryKey(),
    at: timestampColumn('at').notNull(),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    action: text('action').notNull(),
    target: text('target').notNull(),
    fromVersion: integer('from_version'),
    toVersion: integer('to_version'),
    requestId: text('request_id'),
  },
  (t) => [
    index('audit_log_at').on(t.at, t.id),
    index('audit_log_target').on(t.target, t.at),
    index('audit_log_actor').on(t.actor, t.at),
  ],
)
