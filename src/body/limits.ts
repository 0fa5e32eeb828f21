/** The limits of a body. */
import { MAX_CAPTION } from '../lib/media.ts'

export const MAX_BLOCKS = 2_000
export const MAX_TEXT = 20_000
export const MAX_CODE = 50_000
export const MAX_ITEMS = 1_000
export const MAX_COLUMNS = 50
export const MAX_ROWS = 1_000
export const MAX_IMAGES = 200
export const MAX_FOOTNOTES = 1_000
/** How many characters the texts of a body may have in all, whether it is sent as blocks or is converted. */
export const MAX_BODY = 500_000
/** How many texts a body may have: paragraphs, items, cells and the like. */
export const MAX_TEXTS = 10_000
/** How many pictures a body may have, alone and in galleries. */
export const MAX_PICTURES = 1_000
/** How many signs of inline markup a body may have: a run of `*` is one. They are what makes a text slow to render. */
export const MAX_MARKUP = 20_000
/** How many lists may stand inside each other. */
export const MAX_LIST_DEPTH = 8
export const MAX_ONE_LINE = 2_000
export const MAX_NAME = 200
/** The caption of an image or a recording: that of the media as inline Markdown, in which each sign may be escaped. */
export const MAX_MEDIA_CAPTION = 2 * MAX_CAPTION

/** Control characters, lone surrogates and non-characters, which XML and JSON parsers reject. */
export const UNPRINTABLE = /[\p{Cs}\uFFFE\uFFFF]|[^\P{Cc}\t\n\r]/gu
