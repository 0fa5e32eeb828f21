/** Its native part has one class of errors per process. */
export { default } from 'better-sqlite3'
