import { TestEnvironment } from 'jest-environment-node'
import { engineOf } from './build.js'
import { load, loader } from './load-once.js'

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
}
