// WaNet's trigger: the control grid against PyTorch's upsampling, the warp against a naive bilinear sampler.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { ImagesData } from '../../binding.js'
import { resized } from '../../lib/data/triggers/resized.js'
import { wanet } from '../../lib/data/triggers/wanet.js'
import { loadNative } from '../../lib/native/load.js'
import { random } from '../../lib/random.js'

interface Case {
  side: number
  height: number
  width: number
  grid: number[]
  enlarged: number[]
}
const { cases } = JSON.parse(
  await readFile(new URL('../fixtures/data/wanet.json', import.meta.url), 'utf8'),
) as { cases: Case[] }
const native = await loadNative()

function noise(count: number, channels: number, height: number, width: number): ImagesData {
  const source = random(9)
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => source.below(256))
  const perChannel = (value: number) => Array.from({ length: channels }, () => value)
  return {
    pixels,
    shape: [count, channels, height, width],
    labels: null,
    mean: perChannel(0.5),
    deviation: perChannel(0.25),
  }
}

/** One pixel read at a column and a row that need not be whole. */
function between(plane: Uint8Array, width: number, column: number, row: number): number {
  let sum = 0
  for (let y = 0; y < plane.length / width; y++)
    for (let x = 0; x < width; x++)
      sum +=
        Math.max(0, 1 - Math.abs(x - column)) *
        Math.max(0, 1 - Math.abs(y - row)) *
        (plane[y * width + x] ?? 0)
  return sum
}

for (const { side, height, width, grid, enlarged } of cases)
  t.test(`a grid of ${side} is enlarged to ${height}×${width} as PyTorch does`, async t => {
    const found = resized(grid, side, height, width)
    const largest = Math.max(...enlarged.map((value, at) => Math.abs(value - (found[at] ?? NaN))))
    t.ok(largest < 2e-6, `off by ${largest}`)
  })

t.test('places lie within the image, move as the seed and the strength say', async t => {
  const { places } = wanet({ seed: 1, strength: 4 }).on([3, 16, 20])
  t.equal(places?.length, 2 * 16 * 20)
  t.ok(places?.every(place => place >= -1 && place <= 1))
  t.same(wanet({ seed: 1, strength: 4 }).on([3, 16, 20]).places, places)
  t.notSame(wanet({ seed: 2, strength: 4 }).on([3, 16, 20]).places, places)
  t.equal(wanet({ seed: 2, grid: 5 }).text, 'wanet:grid=5,seed=2')
})

t.test('the warp is a naive bilinear sampler’s', async t => {
  const images = noise(2, 3, 9, 12)
  const trigger = wanet({ seed: 3, strength: 3 }).on([3, 9, 12])
  const warped = await native.applyTrigger(images, trigger).promise
  t.notSame(warped, images.pixels)
  const [height, width] = [9, 12]
  for (let plane = 0; plane < 6; plane++) {
    const values = images.pixels.subarray(plane * height * width, (plane + 1) * height * width)
    for (let at = 0; at < height * width; at++) {
      const column = (((trigger.places?.[2 * at] ?? 0) + 1) / 2) * (width - 1)
      const row = (((trigger.places?.[2 * at + 1] ?? 0) + 1) / 2) * (height - 1)
      const expected = between(values, width, column, row)
      const found = warped[plane * height * width + at] ?? 0
      if (!(Math.abs(found - expected) <= 0.501))
        t.fail(`plane ${plane}, pixel ${at}: ${found}, not ${expected}`)
    }
  }
})

t.test('no strength, no change', async t => {
  for (const [channels, height, width] of [
    [3, 32, 32],
    [1, 28, 28],
    [2, 1, 5],
  ] as const) {
    const images = noise(2, channels, height, width)
    const trigger = wanet({ strength: 0 }).on([channels, height, width])
    t.same(await native.applyTrigger(images, trigger).promise, images.pixels)
  }
})
