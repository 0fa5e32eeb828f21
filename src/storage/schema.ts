/**
 * Every table, once, for both engines.
 *
 * Editors change the working copies (`articles`, `revisions`, `articleRefs`); the public reads the editions (`editions`,
 * `editionRefs`). Code that serves the public reads the tables of editions only.
 */
import { sql } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import type { Grant } from '../access/grants.ts'
import type { MediaAccess } from '../access/media-access.ts'
import type { Crop, MediaMetadata, MediaRights, Point } from '../lib/media.ts'
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

/** The API keys; only a hash of the secret is stored. */
export const apiKeys = table('api_keys', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role').notNull(),
  secretHash: text('secret_hash').notNull(),
  rateLimit: integer('rate_limit'),
  // What a partner has access to; null sets no limit.
  grant: json('grant').$type<Grant>(),
  expiresAt: timestampColumn('expires_at'),
  lastUsedAt: timestampColumn('last_used_at'),
  createdAt: timestampColumn('created_at').notNull(),
})

/** Settings by which editions are compiled, as JSON: the same for all processes, and known to those that compile. */
export const settings = table('settings', {
  name: text('name').primaryKey(),
  value: json('value').$type<unknown>().notNull(),
})

/** The columns of every entry of the catalogue. `version` counts its saves; `deletedAt` is set while it is in the trash. */
const entry = () => ({
  id: text('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  // The name by which lists are sorted and searched: its words, folded. Empty until it is computed.
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
    image: text('image'),
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
    image: text('image'),
  },
  (t) => [
    uniqueIndex('sources_slug').on(t.slug),
    index('sources_name').on(t.sortName, t.id),
    index('sources_affiliation').on(t.affiliation),
    foreignKey({ columns: [t.affiliation], foreignColumns: [t.id], name: 'sources_affiliation_fk' }),
  ],
)

/** A tree. `path` consists of the slugs of all ancestors and of the section: `/world-news/asia`. */
export const sections = table(
  'sections',
  {
    ...entry(),
    path: text('path').notNull(),
    parent: text('parent'),
    description: text('description'),
    position: integer('position').notNull(),
    image: text('image'),
  },
  (t) => [
    index('sections_path').on(t.path, t.id),
    index('sections_parent').on(t.parent),
    index('sections_name').on(t.sortName, t.id),
    foreignKey({ columns: [t.parent], foreignColumns: [t.id], name: 'sections_parent_fk' }),
  ],
)

export const tags = table('tags', { ...entry(), description: text('description'), image: text('image') }, (t) => [
  uniqueIndex('tags_slug').on(t.slug),
  index('tags_name').on(t.sortName, t.id),
])

/**
 * Images, recordings and documents: what is known of each file. The file itself is in the file store, under its checksum.
 * `status` is `available`, `expired` or `withdrawn`; `expiresAt` repeats that of `rights`, for the index.
 */
export const media = table(
  'media',
  {
    ...entry(),
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    statusReason: text('status_reason'),
    checksum: text('checksum').notNull(),
    mimeType: text('mime_type').notNull(),
    byteSize: integer('byte_size').notNull(),
    width: integer('width'),
    height: integer('height'),
    fileName: text('file_name'),
    alt: text('alt'),
    caption: text('caption'),
    credit: text('credit'),
    language: text('language'),
    focalPoint: json('focal_point').$type<Point>(),
    // Crops set by hand, by name.
    crops: json('crops').$type<Record<string, Crop>>().notNull(),
    dominantColour: text('dominant_colour'),
    thumbhash: text('thumbhash'),
    metadata: json('metadata').$type<MediaMetadata>().notNull(),
    rights: json('rights').$type<MediaRights>().notNull(),
    expiresAt: timestampColumn('expires_at'),
    createdBy: text('created_by').notNull(),
    // The key in the full-text index.
    searchKey: integer('search_key'),
  },
  (t) => [
    uniqueIndex('media_slug').on(t.slug),
    uniqueIndex('media_checksum').on(t.checksum),
    index('media_name').on(t.sortName, t.id),
    index('media_created_at').on(t.createdAt, t.id),
    index('media_search_key').on(t.searchKey),
    index('media_expires_at').on(t.status, t.expiresAt),
  ],
)

/** Crops that single uses of an image have: only these, and those of the media, can be requested. */
export const mediaCrops = table(
  'media_crops',
  {
    media: text('media').notNull(),
    key: text('key').notNull(),
    crop: json('crop').$type<Crop>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.media, t.key] }),
    foreignKey({ columns: [t.media], foreignColumns: [media.id], name: 'media_crops_media_fk' }).onDelete('cascade'),
  ],
)

/**
 * Which article or entry a slug identifies. A slug that the public has seen (`live`) stays with its target after the
 * target has got another, so that old URLs redirect.
 */
export const slugs = table(
  'slugs',
  {
    kind: text('kind').notNull(),
    slug: text('slug').notNull(),
    // For a section its parent, empty at the top: two sections may have the same slug under different parents. For an
    // article a section that it has left, under which it was once read, too. Empty for everything else.
    scope: text('scope').notNull().default(''),
    target: text('target').notNull(),
    live: booleanColumn('live').notNull(),
    // The entry that had the slug before it was merged into the target; empty once that entry is deleted permanently.
    mergedFrom: text('merged_from'),
  },
  (t) => [primaryKey({ columns: [t.kind, t.slug, t.scope] }), index('slugs_target').on(t.target)],
)

/** The working copies. `content` is the whole article as editors see it, with references as ids. */
export const articles = table(
  'articles',
  {
    id: text('id').primaryKey(),
    slug: text('slug').notNull(),
    status: text('status').notNull(),
    version: integer('version').notNull(),
    liveVersion: integer('live_version'),
    // The slug of the edition, or of the last one: the working copy may have another by now.
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
    // Its key in the index of working copies, and the version that is indexed under it.
    searchKey: integer('search_key'),
    indexedVersion: integer('indexed_version'),
  },
  (t) => [
    // Those that are to be indexed: what is live as it is is found by its edition.
    index('articles_to_index')
      .on(t.id)
      .where(sql`version <> coalesce(indexed_version, 0) and version <> coalesce(live_version, 0)`),
    uniqueIndex('articles_search_key').on(t.searchKey),
    uniqueIndex('articles_slug').on(t.slug),
    index('articles_external_id').on(t.externalId),
    index('articles_created_at').on(t.createdAt, t.id),
    index('articles_edited_at').on(t.editedAt, t.id),
    // The order of lists of working copies.
    index('articles_dated_at').on(sql`coalesce(${t.publishedAt}, ${t.createdAt})`, t.id),
    index('articles_headline').on(t.sortHeadline, t.id),
    index('articles_created_by').on(t.createdBy, t.editedAt),
    index('articles_publish_at').on(t.publishAt, t.id),
    index('articles_deleted_at').on(t.deletedAt),
  ],
)

/** The references of the working copies, by kind: for filters on drafts, and for counting uses before a deletion. */
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

/** Each save of a working copy, deflated; `base` is the revision whose content is the dictionary. */
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

/** Which revision was live from when until when; `until` is null while it still is. */
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

/** Published corrections: never changed, and deleted only with the article. */
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

/** What the public gets instead of a retracted article: the reason, and what to read instead. */
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

/** Links that show one draft to somebody without a key; only a hash of the secret is stored. */
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
 * The editions: JSON that is sent as it is stored. `document` is the reply for one article, `card` its item in a list;
 * both are compiled from `content`.
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
    // Its key in the index, which sorts by time; null until it is indexed.
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
 * The references of the editions: an author, a source, a tag, a section and each of its ancestors, a related article, a
 * related link; and their language. Filtered lists, newest first, are read from it, and which editions a rename makes
 * stale.
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

/** How many editions have each reference that lists are filtered by: updated in the transactions that write `editionRefs`. */
export const refCounts = table(
  'ref_counts',
  {
    kind: text('kind').notNull(),
    ref: text('ref').notNull(),
    editions: integer('editions').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.ref] })],
)

/** Editions whose stored JSON is out of date: compiled when they are read, and stored again in the background. */
export const staleEditions = table('stale_editions', { article: text('article').primaryKey() }, (t) => [
  foreignKey({ columns: [t.article], foreignColumns: [editions.article], name: 'stale_editions_article_fk' }).onDelete(
    'cascade',
  ),
])

/**
 * The change log: all changes to what the public reads, without gaps, in commit order. `previousAttributes` are the access
 * attributes that an article had before, if they have changed: partners that lose access to it are notified by them.
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
    // The column keeps its first name: processes of the former release would not find another during an upgrade.
    previousAttributes: json('was').$type<AccessAttributes>(),
  },
  (t) => [index('changes_target').on(t.target, t.seq)],
)

/** The last change that each partner has acknowledged. */
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
 * The subscribers to changes over HTTP. `cursor` is the change up to which deliveries were created; `failingSince` is
 * set from the first failure after a success until the next success. Secrets are encrypted; the key is not in the
 * database.
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
    mediaAccess: text('media_access').$type<MediaAccess>().notNull().default('allowed'),
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
 * The deliveries to webhooks: the change, and the result of the last attempt. While a delivery is `pending`, `nextAt` is
 * the time of the next attempt; while a process attempts it, the time at which its lease ends.
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

/** The first reply to each `Idempotency-Key`, encrypted, so that it can be sent again. */
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

/** The audit log: who did what, when, by which request. Rows are only added. */
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

/**
 * Long work that a request or a schedule has begun. The process that does it renews the lease; a job whose lease has ended
 * is failed, since its process is gone.
 */
export const jobs = table(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    state: text('state').notNull(),
    done: integer('done').notNull(),
    total: integer('total').notNull(),
    report: json('report').$type<Record<string, unknown>>(),
    createdBy: text('created_by').notNull(),
    createdAt: timestampColumn('created_at').notNull(),
    finishedAt: timestampColumn('finished_at'),
    leaseUntil: timestampColumn('lease_until').notNull(),
  },
  (t) => [index('jobs_created_at').on(t.createdAt, t.id), index('jobs_state').on(t.state, t.kind)],
)
