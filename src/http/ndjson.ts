/** Lines of JSON (https://github.com/ndjson/ndjson-spec), taken and given as streams that nobody holds whole. */
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { checkEncoding } from './json-body.ts'

export const NDJSON = 'application/x-ndjson'

const lineShapes = new WeakMap<object, z.ZodType>()

/** A body or a reply of lines that each have this shape: handed over unread, and documented by the shape of a line. */
export function linesOfShape(line: z.ZodType): z.ZodType<Readable> {
  const shape = z.custom<Readable>((value) => value instanceof Readable, `must be lines of JSON, sent as ${NDJSON}`)
  lineShapes.set(shape, line)
  return shape
}

/** The shape of each line, where the shape is of lines. */
export const lineShapeOf = (shape: object): z.ZodType | undefined => lineShapes.get(shape)

/** Makes the routes of this scope take lines of JSON, as a stream, and no other content type. */
export function takeNdjson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(NDJSON, ({ headers }, stream, done) => {
    try {
      checkEncoding(headers)
      done(null, stream)
    } catch (error) {
      done(error as Error)
    }
  })
}
