import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Sent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { ArticleList, ArticleListQuery, type ListDependencies, prebuiltLists, sendList } from './list-reply.ts'

/** Answers a request for a list with `version=draft`; nothing in this folder reads working copies. */
export type AnswerDraftList = (request: FastifyRequest, reply: FastifyReply, query: ArticleListQuery) => Promise<Sent>

/** The list of articles. */
export function registerLists(
  server: FastifyInstance,
  { answerDraftList, ...deps }: ListDependencies & { answerDraftList: AnswerDraftList },
): void {
  server.withTypeProvider<ZodTypes>().get(
    '/articles',
    {
      config: { access: 'live:read', prebuilt: prebuiltLists(deps) },
      schema: {
        operationId: 'listArticles',
        summary: 'List articles',
        description:
          'Live articles, newest first. With `version=draft` the working copies that the caller may see; there `updatedAt` filters and sorts by the last save. Without `fields` each is an `ArticleCard`, with what `include` adds.',
        tags: ['Articles'],
        querystring: ArticleListQuery,
        replyHeaders: ['Cache-Tag'],
        response: { 200: ArticleList },
      },
    },
    async (request, reply) => {
      const { query } = request
      return query.version === 'draft' ? answerDraftList(request, reply, query) : sendList(deps, request, reply)
    },
  )
}
