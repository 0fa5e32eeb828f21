import { v7 } from 'uuid'

/** A new UUIDv7 (RFC 9562): ids sort by the time of their creation. */
export const newId = (): string => v7()

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether the text has the format of an id; a slug never has. */
export const isId = (text: string): boolean => ID.test(text)
