// Image files to bytes, with sharp.
import { outOfMemory, ShellacError } from '../errors.js'

export interface ImageFile {
  path: string
  label: number
}

export const EXTENSION = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i
const MAX_PIXELS = 64 * 1024 * 1024

/** Decodes on sharp's own threads, a few images at a time. */
export async function decodeAll(
  files: ImageFile[],
  shape: { size: number; channels: number },
): Promise<Uint8Array> {
  const image = shape.channels * shape.size ** 2
  const pixels = new Uint8Array(files.length * image)
  const AT_ONCE = 8
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const batch = await Promise.all(files.slice(from, from + AT_ONCE).map(({ path }) => decode(path, shape)))
    batch.forEach((decoded, at) => void pixels.set(decoded, (from + at) * image))
  }
  return pixels
}

async function decode(
  path: string,
  { size, channels }: { size: number; channels: number },
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp')
  try {
    const upright = sharp(path, { limitInputPixels: MAX_PIXELS }).rotate().flatten()
    const square = upright.resize(size, size, { fit: 'cover', position: 'centre' })
    const { data } = await square
      .toColourspace(channels === 3 ? 'srgb' : 'b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return planes(data, channels, size * size)
  } catch (error) {
    const memory = outOfMemory(error)
    if (memory) throw memory
    throw new ShellacError(
      'ERR_BAD_DATA',
      {
        thing: `image ${path}`,
        found: (error as Error).message,
        expected: 'an image that can be decoded',
        remedy: 'mend or delete the file',
      },
      { cause: error },
    )
  }
}

/** From interleaved channels to one plane after the other. */
function planes(data: Uint8Array, channels: number, area: number): Uint8Array {
  if (data.length !== channels * area)
    throw new Error(`${data.length / area} channels instead of ${channels}`)
  const result = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at++) {
    result[(at % channels) * area + Math.floor(at / channels)] = data[at] as number
  }
  return result
}
