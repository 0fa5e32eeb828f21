/**
 * The sitemap protocol (https://www.sitemaps.org/protocol.html) allows 50,000 URLs and 50 MB in one sitemap, and URLs
 * shorter than 2,048 characters. These limits stay below: 10,000 URLs of 2,047 characters with their elements take some
 * 22 MB, the images at most as much again.
 */
export const MAX_URLS = 10_000
const MAX_URL_LENGTH = 2_047
export const MAX_IMAGE_BYTES = 22 * 1024 * 1024
/** The size of the elements around the URL of one image, in bytes. */
const IMAGE_ELEMENTS = '<image:image><image:loc></image:loc></image:image>'.length
/** How many images of one page Google accepts (https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps). */
export const MAX_IMAGES_PER_PAGE = 1_000

/** The length of a URI in XML, with `&` and `'` escaped. */
const lengthOf = (uri: string): number => uri.replace(/[&']/g, '&apos;').length

/** Whether a URI is short enough for a sitemap. */
export const isUrlWithinLimit = (uri: string): boolean => lengthOf(uri) <= MAX_URL_LENGTH

/** How many bytes the image elements of one page take. */
export const imageBytes = (uris: string[]): number => uris.reduce((sum, uri) => sum + lengthOf(uri) + IMAGE_ELEMENTS, 0)
