// --out: the picture, or the data behind it.
import { extname } from 'node:path'
import { ShellacError } from '../../errors.js'
import { checkWritable, writeWhole } from '../../files.js'
import type { Finding } from './analysis.js'

const DENSITY = 144 // twice the size that an SVG says

type Writer = (finding: Finding, json: object) => Promise<string | Buffer>

const WRITERS: Record<string, Writer> = {
  '.svg': finding => finding.picture(),
  '.png': async finding => png(await finding.picture()),
  '.json': async (_finding, json) => `${JSON.stringify(json, null, 1)}\n`,
}

/** Checked before any work is done: --out is a file that can be written, of a kind that there is. */
export async function requirePictureFile(path: string): Promise<string> {
  if (!Object.hasOwn(WRITERS, extname(path))) {
    throw new ShellacError('ERR_BAD_OPTION', {
      thing: 'option "out"',
      found: JSON.stringify(path),
      expected: `a path that ends in ${Object.keys(WRITERS).join(', ')}`,
    })
  }
  await checkWritable(path)
  return path
}

export async function writePicture(path: string, finding: Finding, json: object): Promise<void> {
  const content = await WRITERS[extname(path)]?.(finding, json)
  await writeWhole(path, file => file.writeFile(content ?? ''))
}

async function png(svg: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  return sharp(Buffer.from(svg), { density: DENSITY }).flatten({ background: '#fff' }).png().toBuffer()
}
