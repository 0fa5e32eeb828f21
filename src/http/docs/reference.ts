/** `/docs`: the OpenAPI document in Swagger UI, on a page of our own. Everything that it loads comes from this service. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { constantFile, JSON_TYPE } from './constant-file.ts'
import { navigation } from './guides.ts'
import { constantPage, htmlPage, undocumentedRoute } from './html-page.ts'
import { STYLE } from './page-style.ts'

type Json = Record<string, unknown>

const { resolve } = createRequire(import.meta.url)

/**
 * Files of Swagger UI that the page loads, with their content types. Only these are used of `@fastify/swagger-ui`: its own
 * page has no viewport and is not readable on phones.
 */
const ASSETS = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

/** See https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/; the browser stores the key. */
const START = `document.documentElement.classList.toggle('dark-mode', matchMedia('(prefers-color-scheme: dark)').matches)
SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
// Swagger UI opens what a link names only when it starts.
addEventListener('hashchange', () => location.reload())
`

const page = () =>
  htmlPage({
    title: 'Dateline API',
    head: '<link rel="stylesheet" href="/docs/swagger-ui.css">\n',
    content: `<div class="api">
${navigation()}
<aside>
<p>Begin with <a href="#/Articles/listArticles">List articles</a>: open it and press Execute. It needs no key.</p>
<p>A new database has no articles. These commands create one with an invented newsroom, and serve it on port 3001:</p>
<pre>DATABASE_URL=./data/sample.db npm run dateline -- sample
DATABASE_URL=./data/sample.db PORT=3001 npm start</pre>
<p>To write, press Authorize and paste a key. The first start of the service prints the first admin key.
The guides above explain the API. The document for tools is at <a href="/openapi.json">/openapi.json</a>.</p>
</aside>
<div id="reference"></div>
<noscript><p>This page needs JavaScript. The document is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</div>`,
  })

/** Registers the page, the files that it loads, and the version of the document that it shows. */
export function registerReference(app: FastifyInstance): void {
  app.get('/docs', undocumentedRoute(), constantPage(page))
  app.get('/docs/', undocumentedRoute(), async (_request, reply) => reply.redirect('/docs', 308))
  app.get(
    '/docs/docs.css',
    undocumentedRoute(),
    constantFile('text/css; charset=utf-8', async () => STYLE),
  )
  app.get(
    '/docs/start.js',
    undocumentedRoute(),
    constantFile('text/javascript; charset=utf-8', async () => START),
  )

  const document = async () => JSON.stringify(withoutPrefills(app.swagger() as unknown as Json))
  app.get('/docs/openapi.json', undocumentedRoute(), constantFile(JSON_TYPE, document))
  for (const [name, type] of Object.entries(ASSETS))
    app.get(
      `/docs/${name}`,
      undocumentedRoute(),
      constantFile(type, () => readFile(resolve(`@fastify/swagger-ui/static/${name}`))),
    )
}

/**
 * The document without the examples of optional parameters and bodies, which Swagger UI would fill in and send: pressing
 * Execute then sends the plain request.
 */
export function withoutPrefills(document: Json): Json {
  const copy = structuredClone(document)
  const { schemas } = copy.components as { schemas: Record<string, Json> }
  const operations = Object.values(copy.paths as Record<string, Record<string, Json>>).flatMap(Object.values)
  for (const operation of operations as Json[]) {
    for (const parameter of (operation.parameters ?? []) as Json[])
      if (!parameter.required) withoutExamples(parameter, schemas)
    const { required, content } = (operation.requestBody ?? {}) as { required?: boolean; content?: Json }
    if (required !== true)
      for (const form of Object.values(content ?? {}) as Json[]) {
        delete form.examples
        form.example = {}
      }
  }
  return copy
}

function withoutExamples(parameter: Json, schemas: Record<string, Json>): void {
  const { $ref, ...schema } = (parameter.schema ?? {}) as Json
  const {
    example,
    examples,
    default: _default,
    ...rest
  } = { ...schemas[String($ref).split('/').at(-1) ?? ''], ...schema }
  parameter.schema = rest
  delete parameter.example
  delete parameter.examples
}
