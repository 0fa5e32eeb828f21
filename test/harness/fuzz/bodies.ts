/** Bodies for an operation. */
import fc from 'fast-check'
import { FILES, fileOf } from './files.ts'
import { junk, mutated } from './mutations.ts'
import type { Json, Operation } from './operation.ts'
import type { Kind } from './pool.ts'
import type { ValuesOf } from './values.ts'

/** Bodies that are no JSON of an object. */
const rawBodies = [
  '',
  ' ',
  'null',
  '[]',
  '"text"',
  '0',
  '{',
  '{"a":1}x',
  '[[[[',
  '{"headline":"\\ud800"}',
  '{"headline":"\\u0000"}',
  '\ufeff{}',
  '{"a":1e400}',
  '{"__proto__":{"x":1}}',
  '{"headline":"a","headline":"b"}',
  `${'['.repeat(50_000)}`,
  `{"headline":${'9'.repeat(400)}}`,
  '{"name":"x","name":null}',
  '{"":""}',
  'true',
  '{"headline":"a"}\n{"headline":"b"}',
  '\n\n',
  '{}',
].map((text) => Buffer.from(text))
const bytes = [
  Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
  Buffer.alloc(70_000, 0x20),
]

export type Body = { type: string; bytes: Buffer } | undefined

export function bodyOf(
  { method, content }: Operation,
  values: ValuesOf,
  schemas: Record<string, Json>,
  isTame: boolean,
): fc.Arbitrary<Body> {
  const types = Object.keys(content)
  const written = (type: string) => (value: unknown) => ({ type, bytes: Buffer.from(JSON.stringify(value) ?? '') })
  const file = fc.nat({ max: FILES - 1 }).map(fileOf)
  const none = fc.constant<Body>(undefined)
  const raw = fc
    .constantFrom(...rawBodies, ...bytes)
    .map((one): Body => ({ type: types[0] ?? 'application/json', bytes: one }))
  if (types.length === 0) {
    if (isTame || method === 'GET') return none
    return fc.oneof(
      { weight: 3, arbitrary: none },
      { weight: 1, arbitrary: junk.map(written('application/json')) },
      { weight: 1, arbitrary: raw },
    )
  }
  const bodies = types.map((type): fc.Arbitrary<Body> => {
    const { schema } = content[type] ?? { schema: {} }
    if (type === 'application/octet-stream') return file.map((bytes) => ({ type, bytes }))
    const isLines = type === 'application/x-ndjson'
    const value = isLines ? lineOf(schema.contentSchema, schemas, values) : values.valid(schema)
    const odd = isTame
      ? value
      : fc.oneof(
          { weight: 1, arbitrary: value },
          { weight: 5, arbitrary: mutated(value) },
          { weight: 1, arbitrary: junk },
        )
    if (type === 'multipart/form-data') return fc.tuple(odd, file).map(([members, bytes]) => formOf(members, bytes))
    if (!isLines) return odd.map(written(type))
    return fc
      .array(odd, { minLength: 1, maxLength: 5 })
      .map((lines) => ({ type, bytes: Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')) }))
  })
  const usual = fc.oneof(...bodies)
  return isTame
    ? usual
    : fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: raw }, { weight: 1, arbitrary: none })
}

const BOUNDARY = 'the-boundary'

/** A form (RFC 7578) with these members, whose file is the given one; what is no object is sent as it is, and is no form. */
function formOf(members: unknown, file: Buffer): Body {
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  if (typeof members !== 'object' || members === null) return { type, bytes: Buffer.from(String(members)) }
  const partOf = (name: string, value: unknown) => {
    const isFile = name === 'file'
    const named = `name="${name.toWellFormed().replace(/["\r\n]/g, '')}"${isFile ? '; filename="a.gif"' : ''}`
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; ${named}\r\n\r\n`
    return [Buffer.from(head), isFile ? file : Buffer.from(text), Buffer.from('\r\n')]
  }
  const parts = Object.entries(members).flatMap(([name, value]) => partOf(name, value))
  return { type, bytes: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]) }
}

/** The schemas of what is created and of what is changed in bulk; files are not created so. */
const INPUTS: Record<string, [make: string | null, change: string]> = {
  articles: ['NewArticle', 'ArticlePatch'],
  authors: ['NewAuthor', 'AuthorPatch'],
  sources: ['NewSource', 'SourcePatch'],
  sections: ['NewSection', 'SectionPatch'],
  tags: ['NewTag', 'TagPatch'],
  media: [null, 'MediaPatch'],
}

/** A line of a bulk request: mostly an operation on what is there. */
function lineOf(lines: unknown, schemas: Record<string, Json>, { valid, pick }: ValuesOf): fc.Arbitrary<unknown> {
  const operations = Object.entries(INPUTS).flatMap(([resource, [make, change]]) => {
    const id = pick(resource.replace(/s$/, '') as Kind)
    const of = (name: string) => valid(schemas[name] ?? {})
    return [
      ...(make === null
        ? []
        : [fc.record({ op: fc.constant('create'), resource: fc.constant(resource), body: of(make) })]),
      fc.record({
        op: fc.constant('update'),
        resource: fc.constant(resource),
        id,
        body: of(change),
        ...(resource === 'articles' && { publish: fc.boolean() }),
      }),
      fc.record({ op: fc.constant('delete'), resource: fc.constant(resource), id }),
    ]
  })
  const moves = fc.record({ op: fc.constantFrom('publish', 'unpublish'), id: pick('article') })
  return fc.oneof(...operations, moves, valid((lines as { items: Json }).items))
}
