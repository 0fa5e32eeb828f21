/**
 * The limits of the sitemap protocol (https://www.sitemaps.org/protocol.html): 50,000 addresses and 50 MB for one
 * sitemap, an address shorter than 2,048 characters. With fewer addresses and a share for images neither is ever met:
 * 10,000 addresses of 2,048 characters with their elements take some 22 MB, the images at most as much again.
 */
export const MAX_URLS = 10_000
const LONGEST_ADDRESS = 2_047
export const MAX_IMAGE_BYTES = 22 * 1024 * 1024
/** What the elements of one image take beside its address, in bytes. */
const IMAGE_ELEMENTS = '<image:image><image:loc></image:loc></image:image>'.length
/** How many images of one page Google takes (https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps). */
export const MAX_IMAGES_PER_PAGE = 1_000

/** The length of a URI as XML has it, with its `&` and `'` escaped. */
const lengthOf = (uri: string): number => uri.replace(/[&']/g, '&apos;').length

/** Whether a sitemap may have this URI. */
export const isUrlWithinLimit = (uri: string): boolean => lengthOf(uri) <= LONGEST_ADDRESS

/** How many bytes the images of one page take. */
export const imageBytes = (uris: string[]): number => uris.reduce((sum, uri) => sum + lengthOf(uri) + IMAGE_ELEMENTS, 0)
