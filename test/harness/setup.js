/** Before the tests: the service that they test is built. */
import { build } from './build.js'

export default function setup() {
  process.env.TEST_BUILD = build()
}
