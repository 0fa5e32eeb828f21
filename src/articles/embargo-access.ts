import { and, eq, isNotNull, isNull, lte } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { AccessAttributes } from '../access/attributes.ts'
import { covers } from '../access/grants.ts'
import { type Caller, keyless } from '../access/roles.ts'
import { idOf } from '../catalogue/resolve.ts'
import { sectionsAbove } from '../catalogue/sections.ts'
import { attributesOf } from '../editions/access-attributes.ts'
import { Article } from '../editions/article.ts'
import { refsOf } from '../editions/content.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { keyset, pageOf } from '../storage/keyset.ts'
import { articles } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { presentArticles } from './presenter.ts'
import type { ArticleDeps } from './routes.ts'
import type { ArticleRow } from './store.ts'

/** What is known of a working copy by which partners are granted it. */
export async function attributesOfDraft(
  db: Reader,
  { content }: Pick<ArticleRow, 'content'>,
): Promise<AccessAttributes> {
  const above = content.section === null ? [] : await sectionsAbove(db, content.section)
  const refs = refsOf(content).filter(({ kind }) => kind !== 'section')
  return attributesOf(content, [...refs, ...above.map((ref) => ({ kind: 'section', ref }))])
}

/** Until which time of release the caller sees what is scheduled; undefined for any. */
function seesUntil({ grant, role }: Caller, now: Date): string | undefined {
  if (role !== 'partner') return undefined
  return new Date(now.getTime() + (grant?.embargoLeadSeconds ?? 0) * 1_000).toISOString()
}

/** A working copy that is scheduled, if the caller may see it ahead of its release. */
export async function findAdvanceCopy(
  db: Reader,
  reference: string,
  caller: Caller,
  now: Date,
): Promise<Article | undefined> {
  const id = await idOf(db, 'article', reference)
  const [row] = id === undefined ? [] : await db.select().from(articles).where(eq(articles.id, id))
  if (!row?.publishAt || row.deletedAt !== null || row.status !== 'scheduled') return undefined
  const until = seesUntil(caller, now)
  const isNear = until === undefined || (caller.grant?.embargoLeadSeconds && row.publishAt <= until)
  if (!isNear || !covers(caller.grant, await attributesOfDraft(db, row as ArticleRow))) return undefined
  const [article] = await presentArticles(db, [row as ArticleRow], asTheWorld)
  return article && released(article)
}

/** Whoever sees an article as the world will: without what only the newsroom may know of those it links to. */
const asTheWorld = keyless(null, 'partner', 'partner')

/** Copies of what is scheduled, for partners who may see it ahead of its release. */
export function registerAdvanceCopies(server: FastifyInstance, { storage, clock }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  app.get(
    '/advance',
    {
      config: { access: 'changes:read' },
      schema: {
        operationId: 'listAdvance',
        summary: 'List advance copies',
        description:
          'Scheduled articles, the next first: for a partner those that its grant covers, as far ahead as its grant says; for editors all. They are under embargo until `publishAt`, and may still change or be cancelled. Until then the changes do not mention them.',
        tags: ['Changes'],
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(Article, 'AdvanceList') },
      },
    },
    async (request, reply) => {
      const { caller } = request
      const { grant } = caller
      const paging = pageRequest(request, request.query.limit)
      const until = seesUntil(caller, clock.now())
      const seesAny = until === undefined || Boolean(grant?.embargoLeadSeconds)
      const order = { kind: 'time', column: articles.publishAt, id: articles.id, descending: false } as const
      const slice = keyset(order, paging)
      const found = (await storage.reader
        .select()
        .from(articles)
        .where(
          and(
            isNotNull(articles.publishAt),
            isNull(articles.deletedAt),
            eq(articles.status, 'scheduled'),
            until === undefined ? undefined : lte(articles.publishAt, until),
            slice.where,
          ),
        )
        .orderBy(...slice.orderBy)
        .limit(slice.limit)) as ArticleRow[]
      const page = pageOf(found, paging, ({ publishAt, id }) => [publishAt ?? '', id])
      const granted: ArticleRow[] = []
      for (const row of seesAny ? page.rows : [])
        if (covers(grant, await attributesOfDraft(storage.reader, row))) granted.push(row)
      const data = await presentArticles(storage.reader, granted, asTheWorld)
      return { data: data.map(released), page: paging.info(reply, page) } as never
    },
  )
}

/** Only what the world will read, and when. */
function released({ liveVersion: _, hasUnpublishedChanges: __, createdAt: ___, createdBy: ____, ...article }: Article) {
  return article
}
