import type { Caller } from '../access/roles.ts'
import { articleCountOf, articleCounts } from '../catalogue/article-counts.ts'
import { type EntryKind, entrySorts } from '../catalogue/entry.ts'
import { imageUses } from '../catalogue/images.ts'
import type { MediaRights } from '../lib/media.ts'
import { Problem } from '../lib/problem.ts'
import { slugWithId } from '../lib/slug.ts'
import { media } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { mediaFilters, wherePredicates } from './filters.ts'
import { isAvailable } from './loader.ts'
import { fileUrl, type MediaRow, renditionsOf } from './renditions.ts'
import { Media, MediaInput, MediaPatch } from './schemas.ts'
import { hasOtherTexts, indexMedia, matchesMedia } from './search-index.ts'
import { mediaSettings } from './settings.ts'
import { statusAt } from './status.ts'

const noRights: MediaRights = {
  holder: null,
  licence: null,
  licenceUrl: null,
  usage: null,
  restrictions: null,
  expiresAt: null,
  regions: null,
  syndication: 'allowed',
}

/**
 * Images, recordings and documents. Only those who write drafts may list them: a photo may belong to a story that is not
 * public yet.
 */
export const mediaKind: EntryKind<MediaRow, MediaInput> = {
  noun: 'media',
  plural: 'media',
  title: 'Media',
  example: 'harbour-bridge-at-dawn-8e2a4b6d',
  table: media,
  readAccess: 'drafts:write',
  isUploaded: true,
  Input: MediaInput,
  Patch: MediaPatch,
  View: Media,
  sorts: entrySorts({ noun: 'media', table: media }),
  defaultSort: '-createdAt',
  filters: mediaFilters,
  where: async (db, filters) => wherePredicates(db, filters),
  usedBy: imageUses,
  // A withdrawn file would disappear from the articles, and one of another kind has no place in them.
  mayReplace: (row, other) => row.kind === other.kind && isAvailable(other),
  slugOfNew: (id, { name, language }) => slugWithId(id, name, { fallback: 'media', ...(language && { language }) }),
  search: {
    description:
      'Words, or their beginnings, of the title, the texts, and the metadata of the file; case and diacritics do not matter.',
    where: matchesMedia,
  },
  checkOwner: requireOwnUnused,
  async columns(db, { alt, caption, credit, language, focalPoint, crops = {}, rights }, self, { now }) {
    checkCropNames(crops, (await mediaSettings(db)).crops)
    const stored = { ...noRights, ...rights } as MediaRights
    return {
      alt: alt ?? null,
      caption: caption ?? null,
      credit: credit ?? null,
      language: language ?? null,
      focalPoint: focalPoint ?? null,
      crops: Object.fromEntries(Object.entries(crops).filter(([, crop]) => crop !== null)),
      rights: stored,
      expiresAt: stored.expiresAt,
      ...statusAt(self, stored.expiresAt, now),
    }
  },
  inputOf: ({ name, alt, caption, credit, language, focalPoint, crops, rights }) => ({
    name,
    alt,
    caption,
    credit,
    language,
    focalPoint,
    crops,
    rights,
  }),
  async cascade(tx, before, after) {
    if (hasOtherTexts(before, after)) await indexMedia(tx, after)
    return null
  },
  changeVerb: (before, after) => {
    if (before.status === after.status) return 'updated'
    return after.status === 'available' ? 'restored' : after.status
  },
  async views(db, rows) {
    const settings = await mediaSettings(db)
    const ids = rows.map(({ id }) => id)
    const articleCount = await articleCounts(db, 'media', ids)
    return rows.map((row) => ({
      ...row,
      url: fileUrl(row, settings),
      renditions: renditionsOf(row, settings),
      articleCount: articleCount(row.id),
    }))
  },
}

/** Contributors change what they uploaded themselves, until a live article uses it: that would be publishing. */
async function requireOwnUnused(db: Reader, caller: Caller, { id, createdBy }: MediaRow): Promise<void> {
  if (createdBy !== caller.id)
    throw new Problem('forbidden', `a key of the role ${caller.role} may change only what it has uploaded itself`)
  if ((await articleCountOf(db, { kind: 'media', ref: id })) > 0)
    throw new Problem('forbidden', `live articles use it: a key of the role ${caller.role} may no longer change it`)
}

/** Throws `validation` for crops that have none of the names in the settings. */
function checkCropNames(crops: object, known: Record<string, number>): void {
  const errors = Object.keys(crops)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({
      in: 'body' as const,
      pointer: `/crops/${name}`,
      code: 'unknown',
      message: `is none of the crops: ${Object.keys(known).join(', ')}`,
    }))
  if (errors.length > 0) throw new Problem('validation', errors.map((e) => `crops ${e.message}`).join('; '), { errors })
}
