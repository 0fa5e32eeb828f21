/** The process itself, on which the service acts; `process` in a test is a copy. */
export { default } from 'node:process'
