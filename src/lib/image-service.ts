/** Addresses at an external image service, such as imgproxy, Cloudflare or Cloudinary. */

/** What a template may have in braces. */
const names = ['source', 'encodedSource', 'width', 'height', 'left', 'top', 'cropWidth', 'cropHeight'] as const

/** The address of the whole image, the part of it that is shown, and the size in which it is; in whole pixels. */
export type ServiceValues = Record<Exclude<(typeof names)[number], 'encodedSource'>, string | number>

const PLACEHOLDER = /\{(\w+)\}/g

/** The address of a rendition at the service: the template with the values. */
export function imageServiceUrl(template: string, values: ServiceValues): string {
  const all: Record<string, string | number> = { ...values, encodedSource: encodeURIComponent(values.source) }
  return template.replace(PLACEHOLDER, (_, name: string) => String(all[name]))
}

/** Whether it is a web address with the source in it, and with no other names in braces than those above. */
export function isServiceTemplate(value: string): boolean {
  const used = [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  const isKnown = (name: string) => (names as readonly string[]).includes(name)
  return /^https?:\/\/\S+$/.test(value) && used.every(isKnown) && used.some((name) => /source$/i.test(name))
}
