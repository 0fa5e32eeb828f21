import type { FastifyInstance } from 'fastify'
import { problems } from '../lib/problem.ts'
import { registerGuides } from './guides.ts'
import { unlisted } from './html-page.ts'
import { registerReference } from './reference.ts'

/** `/`, which shows the way, `/openapi.json`, `/docs` to browse it, the guides, and `/problems/<type>`, which tells what a problem means. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  const entrance = JSON.stringify({ name: 'Dateline', api: '/v1', docs: '/docs', openapi: '/openapi.json' })
  app.get('/', unlisted(), async (_request, reply) => reply.type('application/json; charset=utf-8').send(entrance))

  let document: string
  app.get('/openapi.json', unlisted(), async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').send(document)
  })

  registerReference(app)
  registerGuides(app)

  app.get('/problems', unlisted(), async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify({ data: Object.keys(problems).map(described) })),
  )
  for (const type of Object.keys(problems))
    app.get(`/problems/${type}`, unlisted(), async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(described(type))),
    )
}

function described(type: string) {
  const [status, title, description] = problems[type as keyof typeof problems]
  return { type: `/problems/${type}`, title, status, description }
}
