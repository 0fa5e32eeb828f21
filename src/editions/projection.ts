/** Projections of articles: which members a reply has, and the format of the body. */
import * as z from 'zod'
import { toHtml } from '../body/to-html.ts'
import { toMarkdown } from '../body/to-markdown.ts'
import { toPortableText } from '../body/to-portable-text.ts'
import { toProseMirror } from '../body/to-prosemirror.ts'
import { toRich } from '../body/to-rich.ts'
import { toText } from '../body/to-text.ts'
import { enumList } from '../lib/query-parameters.ts'
import { type Article, articleFields, includable } from './article.ts'
import { cardOf } from './compile.ts'

/** The formats of a body. */
const bodyFormats = ['blocks', 'rich', 'html', 'markdown', 'text', 'prosemirror', 'portable-text', 'none'] as const
type BodyFormat = (typeof bodyFormats)[number]

const fields = enumList(articleFields, 'The members to give; all if left out.').optional()
const include = enumList(
  includable,
  'What to add to each article of a list. A single article always has all of it.',
).optional()
/** The query parameter that selects the live edition or the working copy. */
export const versionParameter = z
  .enum(['live', 'draft'])
  .default('live')
  .meta({ description: 'The live edition, or the working copy for those who may see it.' })

/** The query parameters that select what of an article a reply has. */
export const projectionParameters = {
  body: z.enum(bodyFormats).default('blocks').meta({ description: 'The form of the body; `none` leaves it out.' }),
  fields,
  include,
}

/** The query parameters that select what the reply with one article has. */
export const articleReplyParameters = { version: versionParameter, ...projectionParameters }

/** The query parameters that select what the articles of a list have. */
export const listReplyParameters = { version: versionParameter, fields, include }

const renderers = {
  rich: toRich,
  html: toHtml,
  markdown: toMarkdown,
  text: toText,
  prosemirror: toProseMirror,
  'portable-text': toPortableText,
}

/** The parameters of a projection. */
export interface Projection {
  body?: BodyFormat
  fields?: string[] | undefined
  include?: string[] | undefined
}

/** Whether the reply with one article is its stored document, unchanged. */
export const isWholeArticle = ({ body, fields }: Projection): boolean => body === 'blocks' && fields === undefined

/** The article with the requested members only, and its body in the requested format. */
function project(article: Article, { body = 'blocks', fields, include = [] }: Projection): Partial<Article> {
  const selected = fields === undefined ? article : pick(article, [...fields, ...include])
  if (body === 'blocks' || selected.body === undefined) return selected
  if (body === 'none')
    return pick(
      selected,
      Object.keys(selected).filter((name) => name !== 'body'),
    )
  return {
    ...selected,
    ...(Array.isArray(article.body) && { body: renderers[body](article.body) }),
  } as Partial<Article>
}

/** The same of an article as JSON, and as JSON. */
export const projectJson = (json: string, projection: Projection): string =>
  JSON.stringify(project(JSON.parse(json) as Article, projection))

/** Whether the articles of a list are their stored cards, unchanged. */
export const isCardOnly = ({ fields, include }: Projection): boolean => fields === undefined && include === undefined

/** An article in a list: its card with the members in `include`, or only the members in `fields` and `include`. */
export function projectItem(article: Article, { fields, include = [] }: Projection): Partial<Article> {
  return fields === undefined
    ? ({ ...cardOf(article), ...pick(article, withImage(include)) } as Partial<Article>)
    : pick(article, [...fields, ...include])
}

/** With its body an article has the whole of its image, with all crops and rights, and not only what a card shows. */
const withImage = (include: string[]): string[] => (include.includes('body') ? [...include, 'image'] : include)

/** The JSON of an article in a list. `json` is its card if `isCardOnly(projection)`, else its document. */
export const itemJson = (json: string, projection: Projection): string =>
  isCardOnly(projection) ? json : JSON.stringify(projectItem(JSON.parse(json) as Article, projection))

function pick<T extends object>(value: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) as Partial<T>
}
