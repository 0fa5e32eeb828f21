import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { openapiDocument } from '../../src/cli/openapi.ts'
import { readConfig } from '../../src/config.ts'

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

/** Every `$ref` in the value. */
const refsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : refsIn(member),
  )
}

describe('the OpenAPI document', () => {
  it('is what the routes generate', () => {
    const written = JSON.parse(readFileSync(file, 'utf8'))
    if (!isDeepStrictEqual(written, document))
      throw new Error('openapi/openapi.json is not what the routes generate: run `npm run openapi`')
  })

  it("is clean under Redocly's recommended rules", async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const found = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
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
    const waiting = refsIn(document.paths)
    for (let ref = waiting.pop(); ref; ref = waiting.pop()) {
      if (used.has(ref)) continue
      used.add(ref)
      const [, , kind = '', name = ''] = ref.split('/')
      waiting.push(...refsIn(components[kind]?.[name]))
    }
    expect([...used].toSorted()).toEqual(have.toSorted())
    expect(Object.keys(securitySchemes ?? {})).toEqual(['key'])
  })
})
