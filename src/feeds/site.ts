/** The site, from the settings. */
import { uriOf } from '../lib/uri.ts'
import type { FeedSite } from './feed.ts'

/** The settings of the site: see docs/configuration.md. */
interface SiteSettings {
  PUBLIC_URL?: string | undefined
  SITE_URL?: string | undefined
  SITE_NAME: string
  SITE_DESCRIPTION?: string | undefined
  SITE_LANGUAGE?: string | undefined
  SITE_LOGO?: string | undefined
  SITE_LICENSING_PAGE?: string | undefined
  SITE_AUTHOR_PATH: string
  SITE_TAG_PATH: string
  SITE_SOURCE_PATH: string
  FEED_CONTENT: FeedSite['content']
  WEBSUB_HUB?: string | undefined
  PORT: number
}

/** Links in feeds have to be absolute. The Host header of a request is not trusted, so they come from the settings. */
export function siteOf(settings: SiteSettings): FeedSite {
  const { PUBLIC_URL, SITE_URL, SITE_LOGO, SITE_LICENSING_PAGE, WEBSUB_HUB, PORT } = settings
  const api = withoutSlash(PUBLIC_URL ?? `http://localhost:${PORT}`)
  const pathOf = (path: string) => (path === 'none' ? undefined : path)
  return {
    name: settings.SITE_NAME,
    description: settings.SITE_DESCRIPTION,
    language: settings.SITE_LANGUAGE,
    logo: SITE_LOGO && uriOf(SITE_LOGO),
    licensingPage: SITE_LICENSING_PAGE && uriOf(SITE_LICENSING_PAGE),
    url: withoutSlash(SITE_URL ?? api),
    api,
    paths: {
      author: pathOf(settings.SITE_AUTHOR_PATH),
      tag: pathOf(settings.SITE_TAG_PATH),
      source: pathOf(settings.SITE_SOURCE_PATH),
    },
    content: settings.FEED_CONTENT,
    hub: WEBSUB_HUB && uriOf(WEBSUB_HUB),
  }
}

const withoutSlash = (address: string): string => uriOf(address).replace(/\/$/, '')
