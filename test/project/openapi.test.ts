import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { BaseResolver, createConfig, lintDocument, Source } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { changeTypes } from '../../src/changes/log.ts'
import { openapiDocument } from '../../src/cli/openapi.ts'
import { readConfig } from '../../src/config.ts'
import { problems } from '../../src/lib/problem.ts'

type Json = Record<string, unknown>

const file = new URL('../../openapi/openapi.json', import.meta.url)
let document: Json
beforeAll(async () => {
  // As it is written to the file: what is undefined is left out.
  document = JSON.parse(JSON.stringify(await openapiDocument(readConfig({}))))
})

const operations = () =>
  Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation }) as Json),
  )

/** Every object in the value, itself among them. */
function* objectsIn(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Json
  for (const member of Object.values(value)) yield* objectsIn(member)
}

/** The properties in a schema that are not described, by themselves or by the named schema that they have. */
function undescribed(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...rest } = schema as { properties?: Record<string, Json> }
  const own = Object.entries(properties).flatMap(([name, one]) => [
    ...(one.description || one.$ref ? [] : [`${at}.${name}`]),
    ...undescribed(one, `${at}.${name}`),
  ])
  const inner = ['items', 'anyOf', 'oneOf', 'allOf'].flatMap((keyword) => (rest as Json)[keyword] ?? []) as Json[]
  return [...own, ...inner.flatMap((one) => undescribed(one, at))]
}

/** Where there is content, with the types that examples are shown for. */
function* contentsOf({ requestBody, responses }: Json): Generator<[pointer: string[], content: Record<string, Json>]> {
  const body = (requestBody as Json | undefined)?.content as Record<string, Json> | undefined
  if (body) yield [['requestBody', 'content'], body]
  for (const [status, { content }] of Object.entries(responses as Record<string, Json>))
    if (content) yield [['responses', status, 'content'], content as Record<string, Json>]
}

/** Every `$ref` in the value. */
const refsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : refsIn(member),
  )
}

/** The verbs with which API references begin what an operation does. */
const VERBS = [
  ...['Acknowledge', 'Add', 'Back', 'Cancel', 'Check', 'Compare', 'Create', 'Delete', 'Explain', 'Get', 'List'],
  ...['Publish', 'Redeliver', 'Reinstate', 'Replace', 'Restore', 'Retract', 'Return', 'Revoke', 'Rotate', 'Run'],
  ...['Search', 'Stream', 'Submit', 'Take', 'Test', 'Unpublish', 'Unschedule', 'Update', 'Upload'],
]

/** Filters that can be given several times: each of them has to hold. */
const REPEATED = ['section', 'author', 'source', 'tag', 'media']

describe('the OpenAPI document', () => {
  it('is what the routes generate', () => {
    const written = JSON.parse(readFileSync(file, 'utf8'))
    if (!isDeepStrictEqual(written, document))
      throw new Error('openapi/openapi.json is not what the routes generate: run `npm run openapi`')
  })

  it("is clean under Redocly's recommended rules", async () => {
    const config = await createConfig({ extends: ['recommended'] })
    // Its parser of YAML takes longer than all its rules.
    const found = await lintDocument({
      document: { source: new Source('openapi.json', JSON.stringify(document)), parsed: document },
      externalRefResolver: new BaseResolver(config.resolve),
      config,
    })
    const lines = found.map(
      ({ severity, ruleId, message, location: [at] }) => `${severity} ${ruleId} ${at?.pointer}: ${message}`,
    )
    expect(lines).toEqual([])
  })

  it('names and describes every operation', () => {
    const declared = (document.tags as { name: string }[]).map(({ name }) => name)
    const ids = operations().map(({ operationId }) => operationId)
    expect(ids).toEqual([...new Set(ids)])
    for (const { at, operationId, summary, tags } of operations()) {
      expect({ at, operationId, summary }).toEqual({
        at,
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        summary: expect.stringMatching(/^[A-Z][^\n]*[^.\s]$/),
      })
      expect([at, VERBS]).toEqual([at, expect.arrayContaining([String(summary).split(' ')[0]])])
      expect({ at, tags: (tags as string[]).filter((tag) => declared.includes(tag)).length }).toEqual({ at, tags: 1 })
    }
    expect(declared.filter((tag) => !operations().some(({ tags }) => (tags as string[]).includes(tag)))).toEqual([])
  })

  it('uses every component, and has every one it uses', () => {
    const components = document.components as Record<string, Json>
    const { securitySchemes, ...others } = components
    const have = Object.entries(others).flatMap(([kind, named]) =>
      Object.keys(named).map((name) => `#/components/${kind}/${name}`),
    )
    // From the operations on: a component that only itself refers to counts for nothing.
    const used = new Set<string>()
    const waiting = [...refsIn(document.paths), ...refsIn(document.webhooks)]
    for (let ref = waiting.pop(); ref; ref = waiting.pop()) {
      if (used.has(ref)) continue
      used.add(ref)
      const [, , kind = '', name = ''] = ref.split('/')
      waiting.push(...refsIn(components[kind]?.[name]))
    }
    expect([...used].toSorted()).toEqual(have.toSorted())
    expect(Object.keys(securitySchemes ?? {})).toEqual(['key'])
  })

  it('names schemas as people do, and what is of one kind of entry is not used for another', () => {
    const { schemas = {} } = document.components as Record<string, Json>
    expect(Object.keys(schemas).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([])
    const used = [...objectsIn(document)].flatMap(({ properties = {} }) =>
      Object.entries(properties as Json).flatMap(([property, schema]) =>
        refsIn(schema).flatMap((ref) => {
          const [, noun] = /\/(Author|Section|Source|Tag)Ref$/.exec(ref) ?? []
          return noun ? [[property.replace(/s$/, ''), noun.toLowerCase()]] : []
        }),
      ),
    )
    expect(used.length).toBeGreaterThan(2)
    expect(used.filter(([property, noun]) => property !== noun)).toEqual([])
  })

  it('says where the guides are, and whom to ask', () => {
    expect(document.externalDocs).toMatchObject({ url: '/docs', description: expect.stringMatching(/guides/) })
    expect(document.info).toMatchObject({ contact: { name: expect.any(String), url: expect.any(String) } })
  })

  it('lists what an address that is too long gets', () => {
    const lacking = operations().filter(({ parameters = [], responses }) => {
      const hasPath = (parameters as Json[]).some((one) => one.in === 'path')
      return !('431' in (responses as Json)) || hasPath !== '414' in (responses as Json)
    })
    expect(lacking.map(({ at }) => at)).toEqual([])
  })

  it('tells blocks apart by their type, each of which is there', () => {
    const { schemas = {} } = document.components as Record<string, Record<string, Json>>
    for (const name of ['Block', 'BlockInput']) {
      const { oneOf, discriminator } = schemas[name] as { oneOf: Json[]; discriminator: Json }
      const { propertyName, mapping } = discriminator as { propertyName: string; mapping: Record<string, string> }
      expect([propertyName, Object.values(mapping).toSorted()]).toEqual(['type', refsIn(oneOf).toSorted()])
      for (const [type, ref] of Object.entries(mapping)) {
        const { properties } = schemas[ref.split('/').at(-1) ?? ''] ?? {}
        expect((properties as Json).type).toMatchObject({ const: type })
      }
    }
  })

  it('has lines of JSON as one text, which is no JSON object', () => {
    const schemas = operations().flatMap((operation) =>
      [...contentsOf(operation)].flatMap(([, { 'application/x-ndjson': lines }]) => (lines ? [lines.schema] : [])),
    )
    expect(schemas).toMatchObject(Array(2).fill({ type: 'string', contentSchema: { type: 'array' } }))
  })

  it('describes every operation, parameter and property', () => {
    const { schemas = {} } = document.components as Record<string, Record<string, Json>>
    const missing = [
      ...operations().flatMap(({ at, description }) => (description ? [] : [at])),
      ...operations().flatMap(({ at, parameters = [] }) =>
        (parameters as Json[]).flatMap(({ name, description }) => (description ? [] : [`${at} ${name}`])),
      ),
      ...Object.entries(schemas).flatMap(([name, one]) => [
        ...(one.description ? [] : [name]),
        ...undescribed(one, name),
      ]),
    ]
    expect(missing).toEqual([])
  })

  it('has an example of all that an operation takes and gives, which has the shape it stands for', () => {
    // One function for each schema, however many refer to it: compiling them is what takes time.
    const ajv = new Ajv2020({ strict: false, inlineRefs: false, code: { optimize: false } })
    ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
    ajv.addSchema(document, 'openapi')
    const faults: string[] = []
    for (const { at, parameters = [], ...operation } of operations()) {
      const check = (example: unknown, place: string[]) => {
        const pointer = ['paths', ...String(at).split(' ').reverse(), ...place, 'schema'].map((part) =>
          encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
        )
        const validate = ajv.compile({ $ref: `openapi#/${pointer.join('/')}` })
        if (example === undefined || !validate(example))
          faults.push(`${at} ${place.join(' ')}: ${ajv.errorsText(validate.errors)}`)
      }
      for (const [index, { required, example }] of (parameters as Json[]).entries())
        if (required) check(example, ['parameters', String(index)])
      for (const [place, content] of contentsOf(operation)) {
        // Texts of another language than JSON are examples of themselves.
        const types = Object.entries(content).filter(([type]) => !/xml$|^text/.test(type))
        for (const [type, { example }] of types) check(example, [...place, type])
      }
    }
    expect(faults).toEqual([])
  })

  it('shows each problem under its status, and only there', () => {
    const { responses = {} } = document.components as Record<string, Record<string, Json>>
    const shown = Object.values(responses).flatMap(({ content }) => {
      const { examples } = (content as Record<string, Json>)['application/problem+json'] as Json
      return Object.entries(examples as Record<string, { value: Json }>).map(([type, { value }]) => [type, value])
    }) as [keyof typeof problems, Json][]
    for (const [type, { status, title }] of shown)
      expect([type, status, title]).toEqual([type, ...problems[type].slice(0, 2)])
    // These answer what is no operation, or nothing that a client can foresee.
    const elsewhere = ['method-not-allowed', 'internal', 'not-implemented', 'expectation-failed']
    expect(shown.map(([type]) => type).toSorted()).toEqual(
      Object.keys(problems)
        .filter((type) => !elsewhere.includes(type))
        .toSorted(),
    )
  })

  it('lists parameters of the path first, which are nouns, and several values in one, separated by commas', () => {
    for (const { at, parameters = [] } of operations()) {
      const places = (parameters as Json[]).map((one) => String(one.in))
      const order = ['path', 'query', 'header']
      expect([at, places]).toEqual([at, places.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))])
      const names = (parameters as Json[]).filter((one) => one.in === 'path').map(({ name }) => name)
      expect([at, names.filter((name) => name === 'id')]).toEqual([at, []])
      for (const { name, schema, style, explode } of parameters as Json[])
        if ((schema as Json).type === 'array')
          expect([at, name, style, explode]).toEqual([at, name, 'form', REPEATED.includes(String(name))])
    }
  })

  it('has no null among the values of an enumeration', () => {
    expect([...objectsIn(document)].filter((one) => Array.isArray(one.enum) && one.enum.includes(null))).toEqual([])
  })

  it('says of no member of a PATCH what it is if left out, since what is absent there stays', () => {
    const { schemas } = document.components as { schemas: Record<string, Json> }
    const wrong = Object.entries(schemas)
      .filter(([name]) => name.endsWith('Patch'))
      .flatMap(([name, schema]) =>
        [...objectsIn(schema)].flatMap(({ description }) =>
          / left out/.test(String(description)) ? [`${name}: ${description}`] : [],
        ),
      )
    expect(wrong).toEqual([])
  })

  it('says which bodies may be left out', () => {
    const optional = operations().filter(({ requestBody }) => (requestBody as Json | undefined)?.required === false)
    expect(optional.map(({ operationId }) => operationId).toSorted()).toEqual([
      'createBackup',
      'createPreview',
      'publishArticle',
      'restoreArticle',
      'returnArticle',
      'submitArticle',
      'unpublishArticle',
      'unscheduleArticle',
    ])
  })

  it('has a webhook for every event', () => {
    expect(Object.keys(document.webhooks as Json).toSorted()).toEqual([...changeTypes, 'webhook.test'].toSorted())
  })
})
