import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import MarkdownIt from 'markdown-it'
import { Problem } from '../../lib/problem.ts'
import { constantFile } from './constant-file.ts'
import { constantPage, htmlPage, undocumentedRoute } from './html-page.ts'

const FOLDER = new URL('../../../docs/', import.meta.url)

/** Content types of the other files in the folder, by extension. */
const CONTENT_TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The guides, in the order in which they are best read. */
export const guides = [
  'concepts',
  'inline',
  'body-formats',
  'editing',
  'media',
  'contract',
  'reading',
  'search',
  'feeds',
  'syndication',
  'webhooks',
  'bulk',
  'configuration',
  'operations',
  'scale',
  'backup',
  'reliability',
  'principles',
  'performance',
] as const

/**
 * Registers `/docs/guides/<name>`: the Markdown files of the folder `docs` as HTML pages, and the images and scripts that
 * they use. Without the folder, as in a build that does not include it, every name is 404.
 */
export function registerGuides(app: FastifyInstance): void {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER) : []
  const handlers = new Map(files.map(handlerOf))

  app.get<{ Params: { name: string } }>('/docs/guides/:name', undocumentedRoute(), async (request, reply) => {
    const { name } = request.params
    const handler = handlers.get(name)
    if (!handler) throw new Problem('not-found', `there is no guide ${name}`)
    return handler(request, reply)
  })
}

/** The name of a file of the folder in addresses, and its handler; none if it is not served. */
function handlerOf(file: string) {
  const [, name = '', extension = ''] = /^(.*)\.(\w+)$/.exec(file) ?? []
  const text = () => readFileSync(new URL(file, FOLDER), 'utf8')
  if (extension === 'md') return [name, constantPage(() => guidePage(text()))] as const
  const type = CONTENT_TYPES[extension]
  return [file, type && constantFile(type, async () => text())] as const
}

/** Links to the API reference and to all guides, as HTML. */
export const navigation = (): string =>
  `<nav><a href="/docs">API</a>${guides.map((name) => `<a href="/docs/guides/${name}">${titleOf(name)}</a>`).join('')}</nav>`

const titleOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', ' ')

/** Converts a guide to an HTML page. The Markdown is the project's own, so its HTML is not sanitized. */
export function guidePage(markdown: string): string {
  const html = new MarkdownIt({ linkify: true })
    .render(markdown)
    .replace(/<h([1-6])>(.*?)<\/h\1>/g, (_, level, text) => `<h${level} id="${anchorOf(text)}">${text}</h${level}>`)
    .replace(/<a href="([^"]*)">/g, (_, target) => linkTo(target))
    .replace(/<img src="([^":]*)"/g, '<img src="/docs/guides/$1"')
    .replace(/<table>/g, '<div class="wide"><table>')
    .replace(/<\/table>/g, '</table></div>')
  const [, title = 'Guide'] = /<h1[^>]*>(.*?)<\/h1>/.exec(html) ?? []
  return htmlPage({ title: `${title} – Dateline`, content: `${navigation()}\n<main>${html}</main>` })
}

/** The anchor of a heading, by the rules of GitHub, so that the same links work there and here. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/<[^>]*>|&\w+;/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

/** The opening tag of a link: one between files of the repository becomes one between pages, or none for other files. */
function linkTo(target: string): string {
  if (/^(https?:|#)/.test(target)) return `<a href="${target}">`
  if (target === '../openapi/openapi.json') return '<a href="/openapi.json">'
  return target.startsWith('../') ? '<a>' : `<a href="/docs/guides/${target.replace(/\.md(?=#|$)/, '')}">`
}
