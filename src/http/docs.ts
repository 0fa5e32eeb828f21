import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { problems } from '../lib/problem.ts'

/** `/`, which shows the way, `/openapi.json`, `/docs` to browse it, and `/problems/<type>`, which tells what a problem means. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  const entrance = JSON.stringify({ name: 'Dateline', api: '/v1', docs: '/docs', openapi: '/openapi.json' })
  app.get('/', { config: { access: 'open' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(entrance),
  )

  let document: string
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').send(document)
  })

  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'open' }
      route.schema = { ...route.schema, hide: true }
    })
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true, docExpansion: 'list', url: '/openapi.json' },
      logo: null as never,
      theme: {
        title: 'Dateline',
        css: [{ filename: 'dateline.css', content: '.swagger-ui .topbar { display: none }' }],
      },
    })
  })

  app.get('/problems', { config: { access: 'open' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify({ data: Object.keys(problems).map(described) })),
  )
  for (const type of Object.keys(problems))
    app.get(`/problems/${type}`, { config: { access: 'open' }, schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(described(type))),
    )
}

function described(type: string) {
  const [status, title, description] = problems[type as keyof typeof problems]
  return { type: `/problems/${type}`, title, status, description }
}
