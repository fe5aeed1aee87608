// What an image file is, from its first bytes.
const ascii = (text: string) => Buffer.from(text, 'latin1')

/** Where in the file, and what. */
const SIGNS: [format: string, at: number, sign: Buffer][] = [
  ['jpeg', 0, ascii('\xff\xd8\xff')],
  ['png', 0, ascii('\x89PNG\r\n\x1a\n')],
  ['webp', 8, ascii('WEBP')],
  ['gif', 0, ascii('GIF8')],
  ['avif', 4, ascii('ftyp')],
  ['tiff', 0, ascii('II*\0')],
  ['tiff', 0, ascii('MM\0*')],
]

export const IMAGE_FORMATS: readonly string[] = [...new Set(SIGNS.map(([format]) => format))]

export function formatOf(bytes: Uint8Array): string | undefined {
  return SIGNS.find(([, at, sign]) => sign.equals(bytes.subarray(at, at + sign.length)))?.[0]
}
