/** Validation of large requests, which threads do. */
import type { RequestReader } from '../body-tasks/tasks.ts'
import { parseBody } from '../http/validation.ts'
import { ArticlePatch, NewArticle } from './schemas.ts'

const module = import.meta.url

export const readNewArticle = (value: unknown): NewArticle => parseBody(NewArticle, value)
export const newArticleReader: RequestReader = { module, name: readNewArticle.name }

export const readArticlePatch = (value: unknown): ArticlePatch => parseBody(ArticlePatch, value)
export const articlePatchReader: RequestReader = { module, name: readArticlePatch.name }
