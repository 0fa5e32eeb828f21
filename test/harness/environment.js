import { AsyncLocalStorage } from 'node:async_hooks'
import { TestEnvironment } from 'jest-environment-node'
import { engineOf } from './build.js'
import { load, loader } from './load-once.js'

/** The context in which Jest runs the tests of a file: as long as it is enabled, every later promise costs time for it. */
const contexts = new Set()
const { run } = AsyncLocalStorage.prototype
AsyncLocalStorage.prototype.run = function (...args) {
  contexts.add(this)
  return run.apply(this, args)
}

/**
 * The environment of Node, with the means to get modules that are loaded once per process. These are of another realm
 * than the test; an error or a regular expression of the test is one there, too.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    process.env.DATABASE_URL = `${engineOf(config.projectConfig)}:`
    super(config, context)
    Object.defineProperty(this.global, loader, { value: load })
    Object.setPrototypeOf(this.global.Error.prototype, Error.prototype)
    Object.setPrototypeOf(this.global.RegExp.prototype, RegExp.prototype)
  }

  async teardown() {
    await super.teardown()
    for (const context of contexts) context.disable()
    contexts.clear()
  }
}
