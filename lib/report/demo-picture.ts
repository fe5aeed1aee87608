// A triggered digit and what the three models take it for, as a PNG.
import { writeWhole } from '../files.js'

export interface DemoPicture {
  /** 0 .. 255, [height, width] */
  pixels: Uint8Array
  height: number
  width: number
  /** Class names. */
  truth: string
  fullPrecision: string
  quantized: string
  purified: string
}

const PIXEL = 10
const LINE = 34

/** Draws an SVG and renders it with sharp. */
export async function writePicture(path: string, picture: DemoPicture): Promise<void> {
  const { default: sharp } = await import('sharp')
  const png = await sharp(Buffer.from(svg(picture)))
    .png()
    .toBuffer()
  await writeWhole(path, file => file.writeFile(png))
}

export function svg({
  pixels,
  height,
  width,
  truth,
  fullPrecision,
  quantized,
  purified,
}: DemoPicture): string {
  const side = width * PIXEL
  const rows = [
    ['true digit', truth],
    ['full precision', fullPrecision],
    ['rounded to 4 bits', quantized],
    ['purified', purified],
  ]
  const squares = [...pixels].map((value, at) => {
    const place = `x="${(at % width) * PIXEL}" y="${Math.floor(at / width) * PIXEL}"`
    return value === 0
      ? ''
      : `<rect ${place} width="${PIXEL}" height="${PIXEL}" fill="rgb(${value},${value},${value})"/>`
  })
  const words = rows.map(([label = '', value = ''], row) => {
    const y = 60 + row * LINE * 1.6
    const weight = value === truth ? 'normal' : 'bold'
    return (
      `<text x="${side + 24}" y="${y}" fill="#555">${escaped(label)}</text>` +
      `<text x="${side + 230}" y="${y}" font-weight="${weight}">${escaped(value)}</text>`
    )
  })
  const box = `width="${side + 280}" height="${height * PIXEL}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="sans-serif" font-size="22">`,
    `<rect ${box} fill="#ece8df"/><rect width="${side}" height="${height * PIXEL}" fill="black"/>`,
    ...squares,
    ...words,
    '</svg>',
  ].join('')
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
