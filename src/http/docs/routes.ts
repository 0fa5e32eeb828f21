import type { FastifyInstance } from 'fastify'
import { problems } from '../../lib/problem.ts'
import { sendJson } from '../reply.ts'
import { constantFile, JSON_TYPE } from './constant-file.ts'
import { registerGuides } from './guides.ts'
import { undocumentedRoute } from './html-page.ts'
import { registerReference } from './reference.ts'

/**
 * Registers `/`, with links to the rest, `/openapi.json`, `/docs` to browse it, the guides, and `/problems/<type>`, which
 * describes each problem.
 */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  const index = JSON.stringify({ name: 'Dateline', api: '/v1', docs: '/docs', openapi: '/openapi.json' })
  app.get('/', undocumentedRoute(), async (_request, reply) => sendJson(reply, index))

  const document = async () => JSON.stringify(app.swagger())
  app.get('/openapi.json', undocumentedRoute(), constantFile(JSON_TYPE, document))

  registerReference(app)
  registerGuides(app)

  const allProblems = async () => JSON.stringify({ data: Object.keys(problems).map(describe) })
  app.get('/problems', undocumentedRoute(), constantFile(JSON_TYPE, allProblems))
  for (const type of Object.keys(problems))
    app.get(`/problems/${type}`, undocumentedRoute(), async (_request, reply) =>
      sendJson(reply, JSON.stringify(describe(type))),
    )
}

function describe(type: string) {
  const [status, title, description] = problems[type as keyof typeof problems]
  return { type: `/problems/${type}`, title, status, description }
}
