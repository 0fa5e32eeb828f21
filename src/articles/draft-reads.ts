/** The reads of working copies and revisions that the public routes hand over, with `version=draft` and `asOf`. */

import type { FastifyReply } from 'fastify'
import type { BodyTasks, BodyTasksOf } from '../body-tasks/tasks.ts'
import type { Article } from '../editions/article.ts'
import { isWholeArticle, type Projection, projectItem } from '../editions/projection.ts'
import type { EditionDependencies } from '../editions/routes.ts'
import { requireDrafts } from '../http/access.ts'
import { pageRequest } from '../http/pagination.ts'
import { asSent, type Sent, sendJson } from '../http/reply.ts'
import { inSlices } from '../lib/slices.ts'
import type { BoundedRead } from '../listing/bounded-reads.ts'
import { draftFiltersIn } from '../listing/filters.ts'
import type { AnswerDraftList } from '../listing/routes.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { bringDraftIndexUpToDate } from './draft-index.ts'
import { countDrafts, listDrafts } from './draft-list.ts'
import { presentArticle, presentArticles } from './presenter.ts'
import { readRevision } from './revisions/store.ts'
import { findArticle } from './store.ts'

type DraftReads = Pick<EditionDependencies, 'answerDraft' | 'readContent' | 'projectJson'> & {
  answerDraftList: AnswerDraftList
}

interface DraftReadDeps {
  storage: Storage
  boundedRead: BoundedRead
  bodyTasksOf: BodyTasksOf
}

export const draftReads = ({ storage, boundedRead, bodyTasksOf }: DraftReadDeps): DraftReads => ({
  projectJson: ({ caller }, ...article) => bodyTasksOf(caller).projectJson(...article),

  async answerDraft({ caller }, reply, reference, query) {
    requireDrafts(caller)
    const row = await findArticle(storage.reader, reference, caller)
    reply.version = row.version
    return sendArticle(reply, await presentArticle(storage.reader, row, caller), query, bodyTasksOf(caller))
  },

  async answerDraftList(request, reply, query) {
    const { caller } = request
    requireDrafts(caller)
    const { sort, limit, fields, include } = query
    const filters = draftFiltersIn(query)
    const paging = pageRequest(request, limit)
    const read = async (db: Reader) => ({
      page: await listDrafts(db, { filters, sort, caller }, paging),
      total: query.count ? await countDrafts(db, { filters, sort, caller }) : undefined,
    })
    if (filters.q !== undefined) await bringDraftIndexUpToDate(storage)
    const { page, total } = await (filters.q === undefined ? read(storage.reader) : boundedRead(request, read))
    const articles = await presentArticles(storage.reader, page.rows, caller)
    const items = await inSlices(itemsOf(articles, { fields, include }))
    return sendJson(reply, `{"data":[${items.join(',')}],"page":${JSON.stringify(paging.info(reply, page, total))}}`)
  },

  async readContent(db, article, version) {
    return (await readRevision(db, article, version)).content
  },
})

/** Sends an article, or what the request selects of it. */
export async function sendArticle(
  reply: FastifyReply,
  article: Article,
  projection: Projection,
  tasks: BodyTasks,
): Promise<Sent> {
  if (isWholeArticle(projection)) return asSent(reply.send(article))
  return sendJson(reply, await tasks.projectJson(JSON.stringify(article), projection))
}

/** The JSON of the items, in steps. */
function* itemsOf(articles: Article[], projection: Parameters<typeof projectItem>[1]): Generator<void, string[]> {
  const items: string[] = []
  for (const article of articles) {
    items.push(JSON.stringify(draftItem(article, projection)))
    yield
  }
  return items
}

/** An item of a list of working copies: that of live articles, with the members that only working copies have. */
function draftItem(article: Article, projection: Parameters<typeof projectItem>[1]): Partial<Article> {
  const { liveVersion, hasUnpublishedChanges, publishAt, embargoUntil, createdAt, createdBy, editedAt } = article
  const item = projectItem(article, projection)
  const own = { liveVersion, hasUnpublishedChanges, publishAt, embargoUntil, createdAt, createdBy, editedAt }
  return projection.fields ? item : { ...item, ...own }
}
