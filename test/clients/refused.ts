/** Calls that must not compile: each has a mistake that the types of the client find. */
import { clientOf, received } from './calls.ts'

const api = clientOf('http://localhost:3000')
const article = 'harbour-bridge-reopens'

export const mistakes = [
  // @ts-expect-error: the field is called headline
  () => api.GET('/v1/articles', { params: { query: { fields: ['headlin'] } } }),
  // @ts-expect-error: several values are a list
  () => api.GET('/v1/articles', { params: { query: { fields: 'headline' } } }),
  // @ts-expect-error: the relation is called citations
  () => api.GET('/v1/articles', { params: { query: { include: ['citation'] } } }),
  // @ts-expect-error: the status is called in-review
  () => api.GET('/v1/articles', { params: { query: { version: 'draft', status: ['review'] } } }),
  // @ts-expect-error: there is no facet of this name
  () => api.GET('/v1/search', { params: { query: { q: 'bridge', facets: ['sections'] } } }),
  // @ts-expect-error: it is true or false
  () => api.GET('/v1/articles', { params: { query: { count: 'yes' } } }),
  // @ts-expect-error: there is no order by this
  () => api.GET('/v1/articles', { params: { query: { sort: 'newest' } } }),
  // @ts-expect-error: a search needs words
  () => api.GET('/v1/search', { params: { query: {} } }),
  // @ts-expect-error: there is no such event
  () => api.POST('/v1/webhooks', { body: { url: 'https://site.example/hooks', events: ['article.publish'] } }),
  // @ts-expect-error: a headline is required
  () => api.POST('/v1/articles', { body: { summary: 'Traffic returned on Thursday.' } }),
  // @ts-expect-error: a retraction needs a reason
  () => api.POST('/v1/articles/{article}/retract', { params: { path: { article } } }),
  // @ts-expect-error: a heading has a level
  () => api.POST('/v1/articles', { body: { headline: 'X', body: [{ type: 'heading', text: 'Y' }] } }),
  // @ts-expect-error: the path names an article
  () => api.GET('/v1/articles/{article}', {}),
  // @ts-expect-error: this is the message of another event
  () => received({ type: 'tag.created', timestamp: '', data: { seq: 1, tag: { id: '', slug: '' } } }),
]

const { data } = await api.GET('/v1/changes')
// @ts-expect-error: there is no change of this type
export const isThere = data?.data.some(({ type }) => type === 'article.publish')

const { data: webhooks } = await api.GET('/v1/webhooks')
// @ts-expect-error: there is no event of this name
export const isSent = webhooks?.data.some(({ events }) => events.includes('article.publish'))
