/** The noun with its indefinite article: `an author`, `a tag`. */
export const withArticle = (noun: string): string => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`)
