/** Newline-delimited JSON (https://github.com/ndjson/ndjson-spec), in requests and replies, as streams. */
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { checkContentEncoding } from './json-body.ts'

export const NDJSON = 'application/x-ndjson'

const lineSchemas = new WeakMap<object, z.ZodType>()

/** The schema of an NDJSON body or reply whose lines have this schema. The stream is passed on unread and not validated. */
export function ndjsonOf(line: z.ZodType): z.ZodType<Readable> {
  const schema = z.custom<Readable>((value) => value instanceof Readable, `must be lines of JSON, sent as ${NDJSON}`)
  lineSchemas.set(schema, line)
  return schema
}

/** The schema of each line, if the schema is one of NDJSON. */
export const lineSchemaOf = (schema: object): z.ZodType | undefined => lineSchemas.get(schema)

/** Makes the routes of this scope accept NDJSON bodies, as streams, and no other content type. */
export function acceptNdjson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(NDJSON, ({ headers }, stream, done) => {
    try {
      checkContentEncoding(headers)
      done(null, stream)
    } catch (error) {
      done(error as Error)
    }
  })
}
