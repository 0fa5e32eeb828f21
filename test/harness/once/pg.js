/** The driver that the service has. */
export { default } from 'pg'
