/** The OpenAPI document, and validators of its parts: a process compiles each once, since that takes far longer than its use. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** The document of this checkout; test/project/openapi.test.ts holds it against the running service. */
export const document = JSON.parse(readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8'))

/** The document for requests that ask for neither `fields` nor another form of the body, and gets whole articles. */
const { components } = document
const whole = { ...document, components: { ...components, schemas: { ...components.schemas, ArticleFields: false } } }

const ajv = new Ajv2020({ strict: false, validateSchema: false, inlineRefs: false, code: { optimize: false } })
addFormats(ajv)
ajv.addSchema(document, 'partial')
ajv.addSchema(whole, 'whole')

/**
 * Validates a value by the schema at the path in the document.
 * @param {unknown} value
 * @param {string[]} path
 * @param {{ isPartial?: boolean }} options `isPartial` allows articles that lack members
 * @returns {string | undefined} what is wrong
 */
export function invalidity(value, path, { isPartial = false } = {}) {
  const key = `${isPartial} ${path.join(' ')}`
  const validate = validators.get(key) ?? compiled(path, isPartial)
  validators.set(key, validate)
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

const validators = new Map()

function compiled(path, isPartial) {
  const pointer = path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const $ref = `${isPartial ? 'partial' : 'whole'}#/${pointer}`
  return ajv.getSchema($ref) ?? ajv.compile({ $ref })
}
