import type * as z from 'zod'
import type { Grant } from '../access/grants.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { invalidReferences, Problem } from '../lib/problem.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { type ApiKeyPatch, GrantInput } from './key.ts'

/**
 * Resolves an id, a slug or a path to an id. Without a match there is no id; if a path matches several sections, `paths`
 * has theirs.
 */
export type ResolveReference = (
  db: Reader,
  noun: 'section' | 'tag',
  reference: string,
) => Promise<{ id?: string | undefined; paths?: string[] | undefined }>

/**
 * The grant as it is stored: its sections and tags by their ids. Throws `validation` for a role that cannot have a grant,
 * and `invalid-reference` for a section or a tag that does not exist. What `stored`, the grant so far, has already is not
 * looked up: it may have been deleted since.
 */
export async function resolveGrant(
  tx: Writer,
  resolveReference: ResolveReference,
  role: string,
  grant: z.infer<typeof GrantInput> | null | undefined,
  stored: Grant | null = null,
): Promise<Grant | null> {
  if (!grant) return null
  if (role !== 'partner') throw notForRole()
  const idsOf = async (noun: 'section' | 'tag', references: string[]) => {
    const ids: string[] = []
    for (const [index, ref] of references.entries()) {
      const isStored = stored?.[`${noun}s`].includes(ref)
      const { id, paths } = isStored ? { id: ref } : await resolveReference(tx, noun, ref)
      if (id === undefined) throw invalidReferences([{ pointer: `/grant/${noun}s/${index}`, noun, ref, paths }])
      ids.push(id)
    }
    return ids
  }
  const [sections, tags] = [await idsOf('section', grant.sections), await idsOf('tag', grant.tags)]
  return { ...grant, sections, tags }
}

/**
 * What a grant is to be after a merge patch of `stored`, the grant so far. What the patch does not name stays as it is: an
 * earlier version may have stored what is refused now.
 */
export const patchedGrant = (stored: Grant | null, patch: z.infer<typeof ApiKeyPatch>['grant']) =>
  patch && ({ ...GrantInput.parse({}), ...mergePatch({ ...stored }, patch) } as z.infer<typeof GrantInput>)

function notForRole(): Problem {
  const message = 'is for keys of the role partner'
  return new Problem('validation', `grant ${message}`, {
    errors: [{ in: 'body', pointer: '/grant', code: 'not_for_this_role', message }],
  })
}
