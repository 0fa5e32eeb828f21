import type { Response } from 'supertest'
import { type InputError, type ProblemType, problems } from '../../src/lib/problem.ts'

/** Expects the reply to be this problem, with exactly these errors where any are given. */
export const problem =
  (type: ProblemType, ...errors: Partial<InputError>[]) =>
  ({ status, body }: Response): void => {
    const found = { status, type: body.type, ...(errors.length > 0 && { errors: body.errors }) }
    expect(found).toEqual({
      status: problems[type][0],
      type: `/problems/${type}`,
      ...(errors.length > 0 && { errors: errors.map((error) => expect.objectContaining(error)) }),
    })
  }
