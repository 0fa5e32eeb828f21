/** Replies made of finished JSON: whole as it stands, or with only what was asked for. */
import * as z from 'zod'
import { toHtml } from '../body/to-html.ts'
import { toMarkdown } from '../body/to-markdown.ts'
import { toText } from '../body/to-text.ts'
import { enumList } from '../lib/query-parameters.ts'
import { type Article, articleFields, includable } from './article.ts'
import { cardOf } from './compile.ts'

/** Forms in which a body can be asked for. */
const bodyForms = ['blocks', 'html', 'markdown', 'text', 'none'] as const
type BodyForm = (typeof bodyForms)[number]

const fields = enumList(articleFields, 'The members to give; all if left out.').optional()
const include = enumList(
  includable,
  'What to add to each article of a list. A single article always has all of it.',
).optional()
/** Which of an article's two copies is wanted. */
export const versionParameter = z
  .enum(['live', 'draft'])
  .default('live')
  .meta({ description: 'The live edition, or the working copy for those who may see it.' })

/** The query parameters that shape the reply with one article. */
export const articleReplyParameters = {
  version: versionParameter,
  body: z.enum(bodyForms).default('blocks').meta({ description: 'The form of the body; `none` leaves it out.' }),
  fields,
  include,
}

/** The query parameters that shape the articles of a list. */
export const listReplyParameters = { version: versionParameter, fields, include }

const renderers = { html: toHtml, markdown: toMarkdown, text: toText }

/** What of an article is wanted. */
interface Wanted {
  body?: BodyForm
  fields?: string[] | undefined
  include?: string[] | undefined
}

/** Whether the reply with one article is its document as it stands. */
export const isWholeArticle = ({ body, fields }: Wanted): boolean => body === 'blocks' && fields === undefined

/** The article with only what is wanted of it. */
export function project(article: Article, { body = 'blocks', fields }: Wanted): Partial<Article> {
  const named = fields === undefined ? article : pick(article, fields)
  if (body === 'blocks' || named.body === undefined) return named
  if (body === 'none')
    return pick(
      named,
      Object.keys(named).filter((name) => name !== 'body'),
    )
  return { ...named, ...(Array.isArray(article.body) && { body: renderers[body](article.body) }) } as Partial<Article>
}

/** Whether the articles of a list are their cards as they stand. */
export const isCardOnly = ({ fields, include }: Wanted): boolean => fields === undefined && include === undefined

/** The article in a list: its card and what is to be included, or only the fields that are named. */
export function projectItem(article: Article, { fields, include = [] }: Wanted): Partial<Article> {
  return fields === undefined
    ? ({ ...cardOf(article), ...pick(article, include) } as Partial<Article>)
    : pick(article, [...fields, ...include])
}

/** An article in a list as JSON, from its card, or from its document if that is not all that is wanted. */
export const itemJson = (json: string, wanted: Wanted): string =>
  isCardOnly(wanted) ? json : JSON.stringify(projectItem(JSON.parse(json) as Article, wanted))

function pick<T extends object>(value: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) as Partial<T>
}
