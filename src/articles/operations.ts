/** What is done with whole articles, for one request or for a line of many: prepared outside, run in a transaction. */
import type { Warning } from '../body/block.ts'
import { readBody } from '../body/read.ts'
import { parseBody } from '../http/zod.ts'
import type { Act } from '../lib/act.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import { type Caller, may } from '../lib/roles.ts'
import type { Writer } from '../storage/storage.ts'
import { type ArticlePatch, ArticleWithoutBody, type NewArticle } from './input.ts'
import { publish } from './publish.ts'
import { annotate } from './revisions.ts'
import { type ArticleRow, create, findArticle, inputOf, save } from './store.ts'

/** What is ready to be done: nothing slow is left for the transaction. */
export interface Prepared {
  /** What the conversion of the body could not keep. */
  warnings: Warning[]
  run(tx: Writer, act: Act): Promise<ArticleRow>
}

/** Makes an article; live at once if `goesLive`. */
export async function creation({ body, note, ...input }: NewArticle, goesLive: boolean): Promise<Prepared> {
  const { blocks, warnings } = await readBody(body ?? [])
  return {
    warnings,
    async run(tx, act) {
      const made = await create(tx, { input, body: blocks }, act)
      await annotate(tx, made, note)
      return goesLive ? publish(tx, made, act) : made
    },
  }
}

/** Patches a working copy (RFC 7396), if `check` takes its present version; makes it live if `goesLive`. */
export async function patching(
  reference: string,
  { body, note, ...patch }: ArticlePatch,
  goesLive: boolean,
  check: (currentVersion: number) => void = () => {},
): Promise<Prepared> {
  const converted = body && (await readBody(body))
  return {
    warnings: converted?.warnings ?? [],
    async run(tx, act) {
      const before = await findArticle(tx, reference, act.caller)
      check(before.version)
      const input = parseBody(ArticleWithoutBody, mergePatch({ ...inputOf(before) }, patch))
      const saved = await save(tx, before, { input, body: converted?.blocks ?? before.content.body }, act)
      await annotate(tx, saved, note)
      return goesLive ? publish(tx, saved, act) : saved
    },
  }
}

/** Throws `forbidden` unless the caller may publish. */
export function requirePublisher(caller: Caller): void {
  if (!may(caller, 'content:write')) throw new Problem('forbidden', `a key of the role ${caller.role} may not publish`)
}
