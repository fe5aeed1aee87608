import { writeWhole } from '../files.js'
import type { InvertedTrigger } from './trigger.js'

const SIDE = 256

/** Writes a trigger as PNG, enlarged to some 256 pixels a side: what it leaves of a grey image. */
export async function saveTrigger(trigger: InvertedTrigger, path: string): Promise<void> {
  const { default: sharp } = await import('sharp')
  const [channels, height, width] = trigger.shape
  const scale = Math.max(1, Math.round(SIDE / Math.max(height, width)))
  const raw = { width, height, channels: channels === 1 ? 1 : 3 } as const
  const png = await sharp(onGrey(trigger), { raw })
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer()
  await writeWhole(path, async file => {
    await file.writeFile(png)
  })
}

/** (1 − mask) · grey + mask · pattern, [h, w, 1 or 3]. */
function onGrey({ shape: [channels, height, width], mask, pattern }: InvertedTrigger): Uint8Array {
  const [m, p] = [Buffer.from(mask, 'base64'), Buffer.from(pattern, 'base64')]
  const size = height * width
  const shown = channels === 1 ? 1 : 3
  return Uint8Array.from({ length: size * shown }, (_, at) => {
    const pixel = Math.floor(at / shown)
    const share = (m[pixel] ?? 0) / 255
    return (1 - share) * 127.5 + share * (p[Math.min(at % shown, channels - 1) * size + pixel] ?? 0)
  })
}
