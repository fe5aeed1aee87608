import type { InvertedTrigger } from './trigger.js'

const SIDE = 256

/** Writes a trigger as PNG, enlarged to some 256 pixels a side: what it leaves of a grey image. */
export async function saveTrigger(trigger: InvertedTrigger, path: string): Promise<void> {
  const { onGrey } = await triggerPictures(trigger)
  const { writeWhole } = await import('../files.js')
  await writeWhole(path, async file => {
    await file.writeFile(onGrey)
  })
}

/** As PNG: the mask, the pattern, and what both leave of a grey image. */
export async function triggerPictures(
  trigger: InvertedTrigger,
): Promise<Record<'mask' | 'pattern' | 'onGrey', Buffer>> {
  const [channels, height, width] = trigger.shape
  const colours = channels === 1 ? 1 : 3
  const mask = Buffer.from(trigger.mask, 'base64')
  const pattern = interleaved(Buffer.from(trigger.pattern, 'base64'), trigger.shape)
  return {
    mask: await png(mask, { width, height, channels: 1 }),
    pattern: await png(pattern, { width, height, channels: colours }),
    onGrey: await png(onGrey(mask, pattern, colours), { width, height, channels: colours }),
  }
}

async function png(
  pixels: Uint8Array,
  raw: { width: number; height: number; channels: 1 | 3 },
): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const scale = Math.max(1, Math.round(SIDE / Math.max(raw.height, raw.width)))
  return sharp(pixels, { raw })
    .resize(raw.width * scale, raw.height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

/** [c, h, w] to [h, w, 1 or 3]; of other numbers of channels the first three, the last one repeated. */
function interleaved(planes: Uint8Array, [channels, height, width]: InvertedTrigger['shape']): Uint8Array {
  const size = height * width
  const shown = channels === 1 ? 1 : 3
  return Uint8Array.from(
    { length: size * shown },
    (_, at) => planes[Math.min(at % shown, channels - 1) * size + Math.floor(at / shown)] ?? 0,
  )
}

/** (1 − mask) · grey + mask · pattern, [h, w, 1 or 3]. */
const onGrey = (mask: Uint8Array, pattern: Uint8Array, colours: 1 | 3): Uint8Array =>
  pattern.map((value, at) => {
    const share = (mask[Math.floor(at / colours)] ?? 0) / 255
    return (1 - share) * 127.5 + share * value
  })
