/** The noun with its indefinite article: `an author`, `a tag`. */
export const withArticle = (noun: string): string => {
  if (noun === 'media') return 'a media file'
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`
}

/** A noun as the name of a group of operations, and as a part of their names: `Authors`. */
export const capitalized = (noun: string): string => noun.slice(0, 1).toUpperCase() + noun.slice(1)
