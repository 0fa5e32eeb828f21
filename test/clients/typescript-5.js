/** Generators that use the API of TypeScript 5 get it, beside the compiler that this project is checked with. */
export const resolve = (specifier, context, next) =>
  next(specifier === 'typescript' ? 'typescript-5' : specifier, context)
