// Image files to bytes, with sharp.
import { outOfMemory, ShellacError } from '../errors.js'
import { readDataFile } from '../read-file.js'
import { formatOf, IMAGE_FORMATS } from './image-format.js'

export interface ImageFile {
  path: string
  label: number
}

interface Shape {
  size: number
  channels: number
}

interface Encoded {
  path: string
  bytes: Buffer
  /** Width times height, of all that has to be decoded. */
  area: number
}

export const EXTENSION = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i
const MAX_BYTES = 64 * 1024 * 1024
const MAX_PIXELS = 64 * 1024 * 1024
const MAX_SECONDS = 60
const AT_ONCE = 8
/** Up to so many pixels, images are decoded beside each other; beyond, alone: one takes up to half a gigabyte. */
const SMALL = 4 * 1024 * 1024

/** Decodes on sharp's own threads, a few images at a time. */
export async function decodeAll(files: ImageFile[], shape: Shape): Promise<Uint8Array> {
  const image = shape.channels * shape.size ** 2
  const pixels = room(files.length, image)
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const keep = (at: number, decoded: Uint8Array) => pixels.set(decoded, (from + at) * image)
    const batch = await Promise.all(files.slice(from, from + AT_ONCE).map(({ path }) => read(path)))
    const small = batch.map(({ area }) => area <= SMALL)
    await Promise.all(batch.map(async (one, at) => small[at] && keep(at, await decode(one, shape))))
    for (const [at, one] of batch.entries()) if (!small[at]) keep(at, await decode(one, shape))
  }
  return pixels
}

function room(count: number, image: number): Uint8Array {
  try {
    return new Uint8Array(count * image)
  } catch (error) {
    throw new ShellacError(
      'ERR_OUT_OF_MEMORY',
      {
        thing: `${count} images of ${image} bytes`,
        found: 'no room for them',
        remedy: 'pass a smaller limit or size',
      },
      { cause: error },
    )
  }
}

async function read(path: string): Promise<Encoded> {
  const bytes = await readDataFile(`image ${path}`, path, MAX_BYTES)
  return complaining(path, async () => {
    // By its content, whatever its name says: among what sharp reads are formats that refer to other files.
    const format = formatOf(bytes)
    if (format === undefined) throw new Error(`none of ${IMAGE_FORMATS.join(', ')}`)
    const { default: sharp } = await import('sharp')
    const { width, height } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata()
    return { path, bytes, area: width * height }
  })
}

function decode({ path, bytes }: Encoded, { size, channels }: Shape): Promise<Uint8Array> {
  return complaining(path, async () => {
    const { default: sharp } = await import('sharp')
    const { data } = await sharp(bytes, { limitInputPixels: MAX_PIXELS })
      .timeout({ seconds: MAX_SECONDS })
      .rotate()
      .flatten()
      .resize(size, size, { fit: 'cover', position: 'centre' })
      .toColourspace(channels === 3 ? 'srgb' : 'b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return planes(data, channels, size * size)
  })
}

async function complaining<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
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
