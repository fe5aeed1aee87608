// Images to mutate: small ones in every format, and mutations that know PNG's checksums and where numbers stand.
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { mutateBytes } from '../bytes.mjs'

const [WIDTH, HEIGHT] = [12, 9]

export async function encodedImages() {
  const raw = channels => ({ raw: { width: WIDTH, height: HEIGHT, channels } })
  const pixels = channels =>
    Buffer.from({ length: WIDTH * HEIGHT * channels }).map((_, at) => (at * 37 + (at >> 3) * 11) % 256)
  const picture = channels => sharp(pixels(channels), raw(channels))
  const made = {
    png: [
      picture(3).png(),
      picture(1).png(),
      picture(4).png({ progressive: true }),
      picture(3).png({ palette: true }),
      picture(3).toColourspace('rgb16').png(),
    ],
    jpg: [
      picture(3).jpeg(),
      picture(3).jpeg({ progressive: true }),
      picture(3)
        .withExif({ IFD0: { Orientation: '6' } })
        .jpeg(),
      picture(3).toColourspace('cmyk').jpeg(),
    ],
    webp: [picture(3).webp(), picture(4).webp({ lossless: true })],
    gif: [picture(3).gif()],
    tif: [
      picture(3).tiff({ compression: 'lzw' }),
      picture(3).tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
      picture(3).tiff({ compression: 'jpeg' }),
      picture(4).tiff({ compression: 'none' }),
    ],
    avif: [picture(3).avif({ effort: 0 })],
  }
  const all = Object.entries(made).flatMap(([ending, images]) => images.map(image => [ending, image]))
  return Promise.all(all.map(async ([ending, image]) => ({ ending, bytes: await image.toBuffer() })))
}

const NUMBERS = [0, 1, 2, 255, 256, 8192, 65_535, 65_536, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff]

/** A number of two or four bytes, most often near the beginning, where sizes stand. */
function mutateNumber(bytes, { below, pick }) {
  const changed = Buffer.from(bytes)
  const width = pick([2, 4])
  const at = below(Math.max(1, Math.min(bytes.length - width, below(3) ? 64 : bytes.length)))
  const value = pick(NUMBERS) % 2 ** (8 * width)
  if (at + width > changed.length) return changed
  if (below(2)) changed.writeUIntBE(value, at, width)
  else changed.writeUIntLE(value, at, width)
  return changed
}

/** Of a chunk, whose checksum fits again. */
function mutatePng(bytes, random) {
  const chunks = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    chunks.push({ type: bytes.subarray(at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  const chunk = random.pick(chunks)
  chunk.data = (random.below(2) ? mutateNumber : mutateBytes)(chunk.data, random)
  if (random.below(8) === 0) chunks.splice(random.below(chunks.length), 0, random.pick(chunks))
  return Buffer.concat([bytes.subarray(0, 8), ...chunks.map(pngChunk)])
}

function pngChunk({ type, data }) {
  const body = Buffer.concat([type, data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

export function mutateImage({ ending, bytes }, random) {
  if (ending === 'png' && random.below(4)) return mutatePng(bytes, random)
  return (random.below(3) ? mutateNumber : mutateBytes)(bytes, random)
}
