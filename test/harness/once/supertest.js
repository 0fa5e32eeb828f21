/**
 * It is loaded once per process, and so compiled once. It would format the stack of every expectation at once, through
 * source maps, which takes as long as a request; here that is done for an expectation that fails.
 */
import supertest from 'supertest'

const { prototype } = supertest.Test
const { expect, _assertBody: assertBody } = prototype

/**
 * The check, whose error begins with the stack of the place where it was expected, as supertest has it.
 * @param {(response: import('supertest').Response) => Error | undefined} check
 * @param {{ stack: string }} place
 */
const located = (check, place) => (response) => {
  const error = check(response)
  if (error) error.stack = error.stack.replace(/^----$/m, () => `${frames(place)}\n----`)
  return error
}

const frames = ({ stack }) => stack.split('\n').slice(1).join('\n')

prototype.expect = function (...args) {
  const place = {}
  Error.captureStackTrace(place, prototype.expect)
  const { stackTraceLimit } = Error
  const { length } = this._asserts
  Error.stackTraceLimit = 0
  try {
    expect.apply(this, args)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  this._asserts = this._asserts.map((check, index) => (index < length ? check : located(check, place)))
  return this
}

/** An expected body is from the realm of the test, that of a reply from this one; the comparison is a strict one. */
prototype._assertBody = (body, response) =>
  assertBody(typeof body === 'object' && !(body instanceof RegExp) ? structuredClone(body) : body, response)

export default supertest
