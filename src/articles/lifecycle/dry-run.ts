/** Dry runs: work is done in a transaction that is always rolled back. */
import { isDeepStrictEqual } from 'node:util'
import { asc, eq, gt } from 'drizzle-orm'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import { isPathTaken } from '../../catalogue/slugs.ts'
import { type ChangeType, changeTypes, lastSeq } from '../../changes/log.ts'
import type { Article } from '../../editions/article.ts'
import { findByFormerSlug } from '../../editions/paths.ts'
import { type Edition, readEdition } from '../../editions/store.ts'
import { Slug, Timestamp } from '../../lib/schemas.ts'
import { changes, editions, staleEditions } from '../../storage/schema.ts'
import type { Storage, Writer } from '../../storage/storage.ts'
import { presentSaved } from '../presenter.ts'
import { fieldChanges } from '../revisions/diff.ts'
import type { ArticleRow, SavedArticle } from '../store.ts'
import { mediaRemarkCodes } from './media-remarks.ts'

const Remark = z.object({
  pointer: z.string().meta({ description: 'A JSON pointer (RFC 6901) to the value in the article.' }),
  code: z
    .enum(['missing', 'not-live', 'not-cited', 'path-taken', ...mediaRemarkCodes])
    .meta({ description: 'What there is to look at, for programs.' }),
  message: z.string().meta({ description: 'What there is to look at, in words.', examples: ['has no section'] }),
})
type Remark = z.infer<typeof Remark>

export const PublicationDryRun = z
  .object({
    remarks: z
      .array(Remark)
      .meta({ description: 'What an editor should look at first. None of it prevents publishing.' }),
    changes: z
      .object({
        fields: z.array(z.string()).meta({
          description: 'JSON pointers to what the public would read differently.',
          examples: [['/headline', '/body']],
        }),
        redirect: z
          .object({
            from: Slug.meta({ description: 'The slug that the public knows.' }),
            to: Slug.meta({ description: 'The slug it would have then.' }),
          })
          .nullable()
          .meta({ description: 'How the address would change; null if it stays.' }),
        editions: z.int().meta({ description: 'How many other live articles would show something else.' }),
        publishedAt: Timestamp.nullable().meta({
          description: 'The date of publication it would have; null where nothing would go live now.',
        }),
        log: z.array(z.enum(changeTypes)).meta({ description: 'The changes that partners would see.' }),
      })
      .meta({ description: 'What would change for the public.' }),
  })
  .meta({ id: 'DryRun', description: 'What publishing would do.' })
export type PublicationDryRun = z.infer<typeof PublicationDryRun>

class RolledBack<T> extends Error {
  readonly result: T
  constructor(result: T) {
    super('rolled back')
    this.result = result
  }
}

/** Runs the work in a transaction that is always rolled back; gives its result. */
export async function dryRun<T>(storage: Storage, work: (tx: Writer) => Promise<T>): Promise<T> {
  try {
    return await storage.transaction(async (tx): Promise<never> => {
      throw new RolledBack(await work(tx))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T
    throw error
  }
}

/** Publishes within the transaction of a dry run; gives what that changed. */
export async function dryRunPublication(
  tx: Writer,
  article: ArticleRow,
  caller: Caller,
  publish: () => Promise<SavedArticle>,
): Promise<PublicationDryRun> {
  const before = await readEdition(tx, article.id)
  const seqBefore = await lastSeq(tx)
  // It is rolled back: what is stale afterwards is stale by this publication.
  await tx.delete(staleEditions)
  const saved = await publish()
  const { row: published } = saved
  const after = await presentSaved(tx, saved, caller)
  const isLive = published.liveVersion === published.version
  const edition = isLive ? await readEdition(tx, article.id) : undefined
  const recorded = await tx
    .select({ type: changes.type })
    .from(changes)
    .where(gt(changes.seq, seqBefore))
    .orderBy(asc(changes.seq))
  const stale = await tx.select().from(staleEditions)
  const moved = before && before.slug !== article.slug && (await findByFormerSlug(tx, before.slug))
  return {
    remarks: [...(await remarksOn(tx, article, after)), ...(saved.remarks ?? [])],
    changes: {
      fields: edition ? differences(before, edition) : [],
      redirect: before && moved ? { from: before.slug, to: moved.slug } : null,
      editions: stale.filter((one) => one.article !== article.id).length,
      publishedAt: isLive ? published.publishedAt : null,
      log: recorded.map(({ type }) => type as ChangeType),
    },
  }
}

/** JSON pointers to what differs between two editions; to the whole article, if it was not live before. */
function differences(previous: Edition | undefined, next: Edition): string[] {
  if (!previous) return ['/']
  const [before, after] = [JSON.parse(previous.document) as Article, JSON.parse(next.document) as Article]
  const blocks = ({ body }: Article) => (Array.isArray(body) ? body.map(({ id: _, ...content }) => content) : [])
  const body = !isDeepStrictEqual(blocks(before), blocks(after))
  const dates = before.publishedAt === after.publishedAt ? [] : ['/publishedAt']
  return [...fieldChanges(before, after).map(({ path }) => path), ...dates, ...(body ? ['/body'] : [])]
}

async function remarksOn(tx: Writer, { id, slug, content }: ArticleRow, article: Article): Promise<Remark[]> {
  const remarks: Remark[] = []
  // Only an article that had its path before that was refused.
  if (await isPathTaken(tx, { kind: 'article', target: id, section: content.section, slug }))
    remarks.push({ pointer: '/slug', code: 'path-taken', message: 'has the path of a section: sites may show that' })
  const missing = (name: 'section' | 'summary') => {
    if (content[name] === null) remarks.push({ pointer: `/${name}`, code: 'missing', message: `has no ${name}` })
  }
  missing('section')
  missing('summary')
  if (content.authors.length === 0) remarks.push({ pointer: '/authors', code: 'missing', message: 'has no author' })
  for (const [index, { article: target }] of content.relatedLinks.entries()) {
    const [live] = target === null ? [true] : await tx.select().from(editions).where(eq(editions.article, target))
    const message = 'leads to an article that is not live: readers will not see it'
    if (!live) remarks.push({ pointer: `/relatedLinks/${index}/article`, code: 'not-live', message })
  }
  const cited = new Set(article.citations.map(({ source }) => source.id))
  for (const [index, block] of content.body.entries())
    if (block.type === 'quote' && block.source !== null && !cited.has(block.source))
      remarks.push({
        pointer: `/body/${index}/source`,
        code: 'not-cited',
        message: 'is quoted and not among the citations',
      })
  return remarks
}
