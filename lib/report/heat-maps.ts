// Images, and over each of them where a model looks.
import { shifted, svg, text } from './svg.js'

export interface HeatMaps {
  /** Of every image and map here: [channels, height, width]; one channel or three. */
  shape: readonly [number, number, number]
  /** Above the maps. */
  columns: string[]
  rows: {
    title: string
    /** 0 .. 255, [channels, height, width] */
    pixels: number[]
    /** 0 .. 255, [height, width] */
    maps: { title: string; values: number[] }[]
  }[]
}

const SIDE = 112
const GAP = 14
const LINE = 20
const HEAD = 26

export async function heatMapPicture({ shape, columns, rows }: HeatMaps): Promise<string> {
  const [channels, height, width] = shape
  const cell = { width: SIDE + GAP, height: SIDE + LINE + GAP }
  const heads = ['image', ...columns].map((name, at) =>
    text(GAP + at * cell.width, 16, name, { style: 'title' }),
  )
  const parts: string[] = []
  for (const [down, { title, pixels, maps }] of rows.entries()) {
    const image = coloured(pixels, channels)
    const pictures = [
      { title, pixels: image },
      ...maps.map(map => ({ title: map.title, pixels: heated(image, map.values) })),
    ]
    for (const [along, picture] of pictures.entries()) {
      const href = await png(picture.pixels, width, height)
      parts.push(
        shifted(GAP + along * cell.width, HEAD + down * cell.height, [
          `<image width="${SIDE}" height="${SIDE}" style="image-rendering:pixelated" href="${href}"/>`,
          text(0, SIDE + 15, picture.title, { style: 'note' }),
        ]),
      )
    }
  }
  return svg(GAP + (columns.length + 1) * cell.width, HEAD + rows.length * cell.height, [...heads, ...parts])
}

/** [height, width, 3] */
function coloured(pixels: number[], channels: number): Uint8Array {
  const plane = pixels.length / channels
  return Uint8Array.from(
    { length: 3 * plane },
    (_, at) => pixels[(channels === 1 ? 0 : (at % 3) * plane) + Math.floor(at / 3)] ?? 0,
  )
}

/** The image darkened, the map over it from blue over yellow to red. */
function heated(image: Uint8Array, map: number[]): Uint8Array {
  return image.map((value, at) => {
    const heat = (map[Math.floor(at / 3)] ?? 0) / 255
    return Math.round(0.45 * value + 0.55 * 255 * (ramp(heat)[at % 3] ?? 0))
  })
}

const ramp = (heat: number): number[] =>
  [3, 2, 1].map(peak => Math.min(1, Math.max(0, 1.5 - Math.abs(4 * heat - peak))))

/** An address that holds the picture itself. */
async function png(pixels: Uint8Array, width: number, height: number): Promise<string> {
  const { default: sharp } = await import('sharp')
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${bytes.toString('base64')}`
}
