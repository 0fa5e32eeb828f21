import { and, desc, eq, isNotNull, ne } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { actorOf } from '../access/roles.ts'
import { type WriteContext, writeContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { record } from '../changes/log.ts'
import { ByArticle } from '../editions/article.ts'
import { Correction, correctionKinds } from '../editions/article-parts.ts'
import { Retracted, redirectOrGone } from '../editions/redirect-or-gone.ts'
import * as newsstand from '../editions/store.ts'
import { Moved, NoQuery } from '../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent } from '../idempotency/idempotency.ts'
import { newId } from '../lib/id.ts'
import { Id, prose, Slug } from '../lib/schemas.ts'
import { keyset, pageOf } from '../storage/keyset.ts'
import { articles, corrections, editions, publications, retractions } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { notLive } from './lifecycle/transition.ts'
import type { ArticleDeps } from './routes.ts'
import { type ArticleRow, findArticle } from './store.ts'

const NewCorrection = z
  .strictObject({
    kind: z.enum(correctionKinds).exclude(['retraction']).meta({ description: 'What kind of note it is.' }),
    text: prose(5_000).meta({ description: 'What was wrong, and what is right; shown with the article.' }),
  })
  .meta({
    id: 'NewCorrection',
    description: 'A correction to create. It cannot be changed or removed afterwards.',
    examples: [{ kind: 'correction', text: 'An earlier version gave the wrong year.' }],
  })

const PlacedCorrection = Correction.extend({
  article: z
    .object({
      id: Id,
      slug: Slug,
      headline: z
        .string()
        .meta({ description: 'Its headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
    })
    .meta({ description: 'The article that was corrected.' }),
  fromVersion: z.int().nullable().meta({ description: 'The revision that was wrong; null if none was replaced.' }),
  toVersion: z.int().meta({ description: 'The revision that was live when the correction was made.', examples: [3] }),
}).meta({ id: 'PlacedCorrection', description: 'A correction with its article.' })

const Corrections = z
  .object({ data: z.array(Correction).meta({ description: 'The corrections, newest first.' }) })
  .meta({ id: 'CorrectionList', description: 'All corrections of an article, newest first.' })

const tags = ['Corrections']

/** Corrections: made once, shown with the edition from that moment, never changed. */
export function registerCorrections(server: FastifyInstance, { storage, clock, once }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/corrections',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listAllCorrections',
        summary: 'List all corrections',
        description: 'The corrections of the whole newsroom, newest first: of live articles and of retracted ones.',
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(PlacedCorrection, 'PlacedCorrectionList') },
      },
    },
    async (request, reply) => {
      const paging = pageRequest(request, request.query.limit)
      const order = { kind: 'time', column: corrections.at, id: corrections.id, descending: true } as const
      const slice = keyset(order, paging)
      const found = await storage.reader
        .select({ correction: corrections, live: editions.slug, card: editions.card, gone: retractions })
        .from(corrections)
        .leftJoin(editions, eq(editions.article, corrections.article))
        .leftJoin(retractions, eq(retractions.article, corrections.article))
        .where(and(slice.where))
        .orderBy(...slice.orderBy)
        .limit(slice.limit)
      const page = pageOf(found, paging, ({ correction }) => [correction.at, correction.id])
      const data = page.rows.flatMap(({ correction, live, card, gone }) => {
        const { id, kind, text, at, article, fromVersion, toVersion } = correction
        const shown = live !== null && card !== null ? { slug: live, headline: headlineIn(card) } : gone
        if (!shown) return []
        const { slug, headline } = shown
        return {
          id,
          kind: kind as Correction['kind'],
          text,
          at,
          article: { id: article, slug, headline },
          fromVersion,
          toVersion,
        }
      })
      return { data, page: paging.info(reply, page) }
    },
  )

  app.get(
    '/articles/:article/corrections',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listCorrections',
        summary: 'List corrections',
        description: 'The corrections of an article, newest first; of a retracted one too.',
        tags,
        params: ByArticle,
        querystring: NoQuery,
        response: { 200: Corrections, 308: Moved, 410: Retracted },
      },
    },
    async (request, reply) => {
      const { article: reference } = request.params
      const live = await newsstand.readEdition(storage.reader, reference)
      if (!live) return await redirectOrGone(storage.reader, request, reply, reference)
      return { data: await correctionsOf(storage.reader, live.article) }
    },
  )

  app.post(
    '/articles/:article/corrections',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'createCorrection',
        summary: 'Create a correction',
        description: 'Adds a public note to a live article. It is shown at once, and cannot be changed or removed.',
        tags,
        params: ByArticle,
        headers: Idempotent,
        querystring: NoQuery,
        body: NewCorrection,
        response: { 201: Correction },
      },
    },
    async (request, reply) => {
      const act = writeContext(request, clock)
      return once(request, reply, async (tx) => {
        const row = await findArticle(tx, request.params.article, request.caller)
        const id = await correct(tx, row, request.body, act)
        const location = `/v1/articles/${row.id}/corrections`
        return { status: 201, location, body: { id, ...request.body, at: act.now } }
      })
    },
  )
}

const headlineIn = (card: string): string => (JSON.parse(card) as { headline: string }).headline

async function correctionsOf(db: Reader, article: string): Promise<Correction[]> {
  const rows = await db
    .select({ id: corrections.id, kind: corrections.kind, text: corrections.text, at: corrections.at })
    .from(corrections)
    .where(eq(corrections.article, article))
    .orderBy(desc(corrections.at), desc(corrections.id))
  return rows as Correction[]
}

/** Records a correction and shows it with the live edition; gives its id. */
async function correct(
  tx: Writer,
  row: ArticleRow,
  { kind, text }: Pick<Correction, 'kind' | 'text'>,
  act: WriteContext,
): Promise<string> {
  const { caller, now } = act
  const { id: article, slug, liveSlug, liveVersion } = row
  if (liveVersion === null) throw notLive(row, 'only a live article can be corrected in public; change the draft')
  const id = newId()
  const { id: actor, name: actorName } = actorOf(caller)
  const fromVersion = await replacedBy(tx, article, liveVersion)
  await tx
    .insert(corrections)
    .values({ id, article, kind, text, at: now, actor, actorName, fromVersion, toVersion: liveVersion })
  await tx.update(articles).set({ updatedAt: now }).where(eq(articles.id, article))
  await audit(tx, act, { action: 'article.correct', target: article, from: fromVersion, to: liveVersion })
  await newsstand.recompileNow(tx, article, now)
  await record(tx, {
    type: 'article.corrected',
    at: now,
    target: article,
    slug: liveSlug ?? slug,
    version: liveVersion,
  })
  return id
}

/** The revision that was live before this one. */
async function replacedBy(tx: Writer, article: string, liveVersion: number): Promise<number | null> {
  const [row] = await tx
    .select({ number: publications.number })
    .from(publications)
    .where(and(eq(publications.article, article), isNotNull(publications.until), ne(publications.number, liveVersion)))
    .orderBy(desc(publications.at), desc(publications.number))
    .limit(1)
  return row?.number ?? null
}
