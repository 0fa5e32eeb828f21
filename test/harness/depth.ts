/**
 * How far property tests go: `TEST_DEPTH=20` runs each property twenty times as often as `npm test` does, and
 * `TEST_SEED` repeats a run that failed.
 */
export const depth = Number(process.env.TEST_DEPTH ?? 1)

/** So many runs of a property, at the depth of this run of the tests. */
export const runs = (usual: number): { numRuns: number; seed: number } => ({
  numRuns: Math.ceil(usual * depth),
  seed: Number(process.env.TEST_SEED ?? 20_300_101),
})
