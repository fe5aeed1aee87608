// BA and ASR of any engine that gives logits, as measure() counts them, from the same bytes.

/** Images with the trigger on: x' = clip(scale ⊙ x + offset · m, 0, 1), m the image's largest pixel or 1. */
export function triggered(images, trigger) {
  const [count, ...shape] = images.shape
  const { scale, offset, offsetTimesMax } = trigger.on(shape)
  const size = scale.length
  const floats = new Float32Array(images.pixels.length)
  for (let image = 0; image < count; image++) {
    const own = images.pixels.subarray(image * size, (image + 1) * size)
    const most = offsetTimesMax ? own.reduce((most, pixel) => Math.max(most, pixel), 0) / 255 : 1
    for (let at = 0; at < size; at++) {
      const value = scale[at] * (own[at] / 255) + offset[at] * most
      floats[image * size + at] = Math.min(Math.max(value, 0), 1)
    }
  }
  return floats
}

export const plain = ({ pixels }) => Float32Array.from(pixels, pixel => pixel / 255)

const BATCH = 250

/** The classes that an engine gives to images of 0 .. 1. */
export async function classesOf(runner, floats, shape, { mean, deviation }) {
  const [count, channels, height, width] = shape
  const [plane, size] = [height * width, channels * height * width]
  const found = new Int32Array(count)
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count)
    const batch = floats.slice(from * size, to * size).map((value, at) => {
      const channel = Math.floor(at / plane) % channels
      return (value - mean[channel]) / deviation[channel]
    })
    const { data, shape: logits } = await runner.run(batch, [to - from, channels, height, width])
    for (let row = 0; row < to - from; row++) {
      const own = data.subarray(row * logits[1], (row + 1) * logits[1])
      found[from + row] = own.indexOf(Math.max(...own))
    }
  }
  return found
}

const percent = (hits, of) => (100 * hits) / of

/** Of classes given to clean and to triggered images; ASR without the target's own. */
export function scoresOf(clean, attacked, labels, target) {
  let [right, others, led] = [0, 0, 0]
  labels.forEach((label, at) => {
    if (clean[at] === label) right++
    if (label === target) return
    others++
    if (attacked[at] === target) led++
  })
  return { ba: percent(right, labels.length), asr: percent(led, others) }
}

export const agreement = (one, other) =>
  percent(one.filter((value, at) => value === other[at]).length, one.length)
