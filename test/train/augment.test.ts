// Crops and flips against what they mean, window by window.
import t from 'tap'
import type { TensorData } from '../../binding.js'
import { loadNative } from '../../lib/native/load.js'
import { numbers, tensor } from '../oracles/tensors.js'

interface Settings {
  crop: number
  flip: boolean
  seed: number
}
const { augment } = (await loadNative()).kernels as unknown as {
  augment(images: TensorData, settings: Settings): TensorData
}

const [N, C, H, W] = [60, 3, 5, 7] as const
const image = C * H * W
/** No value comes twice, so that a window of an image is like no other. */
const values = Array.from({ length: N * image }, (_, i) => i + 1)

/** Image n as it looks from (y, x) after zeros were put around it, mirrored or not. */
function windowOf(n: number, crop: number, [y, x]: [number, number], mirrored: boolean): number[] {
  const seen: number[] = []
  for (let c = 0; c < C; c++) {
    for (let row = y - crop; row < y - crop + H; row++) {
      const line = Array.from({ length: W }, (_, i) => {
        const column = x - crop + i
        const inside = row >= 0 && row < H && column >= 0 && column < W
        return inside ? (values[((n * C + c) * H + row) * W + column] as number) : 0
      })
      seen.push(...(mirrored ? line.reverse() : line))
    }
  }
  return seen
}

/** Which window of image n this is. */
function placeOf(n: number, crop: number, seen: number[]): string | undefined {
  for (let y = 0; y <= 2 * crop; y++)
    for (let x = 0; x <= 2 * crop; x++)
      for (const mirrored of [false, true])
        if (windowOf(n, crop, [y, x], mirrored).every((value, i) => value === seen[i]))
          return `${y} ${x}${mirrored ? ' mirrored' : ''}`
  return undefined
}

function placesOf(settings: Settings): (string | undefined)[] {
  const made = augment(tensor([N, C, H, W], values), settings)
  t.strictSame(made.shape, [N, C, H, W])
  const all = numbers(made)
  return Array.from({ length: N }, (_, n) => placeOf(n, settings.crop, all.slice(n * image, (n + 1) * image)))
}

t.test('each image becomes a window of its own, padded with zeros', async t => {
  const places = placesOf({ crop: 2, flip: false, seed: 1 })
  t.notOk(places.includes(undefined), 'every image is one of its own windows')
  t.notOk(places.some(place => place?.includes('mirrored')))
  t.ok(new Set(places).size > 15, 'most of the 25 places are drawn in 60 images')
  for (const axis of [0, 1])
    t.strictSame(
      [...new Set(places.map(place => place?.split(' ')[axis]))].sort(),
      ['0', '1', '2', '3', '4'],
      'as far as the padding goes, both ends with it',
    )
})

t.test('a flip mirrors about half of the images', async t => {
  const places = placesOf({ crop: 1, flip: true, seed: 2 })
  t.notOk(places.includes(undefined))
  const mirrored = places.filter(place => place?.includes('mirrored')).length
  t.ok(mirrored > N / 4 && mirrored < (3 * N) / 4, `${mirrored} of ${N}`)
})

t.test('the same seed draws the same; nothing asked for changes nothing', async t => {
  t.strictSame(placesOf({ crop: 2, flip: true, seed: 3 }), placesOf({ crop: 2, flip: true, seed: 3 }))
  t.notSame(placesOf({ crop: 2, flip: true, seed: 3 }), placesOf({ crop: 2, flip: true, seed: 4 }))
  t.strictSame(new Set(placesOf({ crop: 0, flip: false, seed: 5 })), new Set(['0 0']))
})
