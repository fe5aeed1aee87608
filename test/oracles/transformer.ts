// The ops of transformers as loops.

/** x: rows of `width`. */
function layerNorm(
  x: number[],
  width: number,
  eps: number,
  gain: number[] = [],
  shift: number[] = [],
): number[] {
  const made: number[] = []
  for (let from = 0; from < x.length; from += width) {
    const row = x.slice(from, from + width)
    const mean = row.reduce((sum, value) => sum + value, 0) / width
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    row.forEach((value, i) => {
      made.push(((value - mean) / Math.sqrt(variance + eps)) * (gain[i] ?? 1) + (shift[i] ?? 0))
    })
  }
  return made
}

const geluTanh = (x: number): number =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

const hardswish = (x: number): number => (x * Math.min(Math.max(x + 3, 0), 6)) / 6

/** weight: [out, in], out the length of the bias. */
function linear(x: number[], weight: number[], bias: number[]): number[] {
  const inner = weight.length / bias.length
  const made: number[] = []
  for (let from = 0; from < x.length; from += inner)
    bias.forEach((start, o) => {
      let sum = start
      for (let i = 0; i < inner; i++) sum += weight[o * inner + i]! * x[from + i]!
      made.push(sum)
    })
  return made
}

/** all: [n, tokens, queries, keys and values of every head]. */
function attention(all: number[], n: number, tokens: number, heads: number): number[] {
  const width = all.length / n / tokens / 3
  const d = width / heads
  const at = (image: number, token: number, part: number, channel: number) =>
    all[(image * tokens + token) * 3 * width + part * width + channel]!
  const made: number[] = []
  for (let image = 0; image < n; image++)
    for (let token = 0; token < tokens; token++)
      for (let channel = 0; channel < width; channel++) {
        const head = Math.floor(channel / d)
        const scores = Array.from({ length: tokens }, (_, other) => {
          let score = 0
          for (let i = head * d; i < (head + 1) * d; i++)
            score += at(image, token, 0, i) * at(image, other, 1, i)
          return Math.exp(score / Math.sqrt(d))
        })
        const total = scores.reduce((sum, score) => sum + score, 0)
        made.push(
          scores.reduce((sum, score, other) => sum + (score / total) * at(image, other, 2, channel), 0),
        )
      }
  return made
}

/** x: [n, 3·d·g, h, w]; each pair of positions by itself, at quadratic cost. */
function liteAttention(x: number[], shape: number[], d: number, eps: number): number[] {
  const [n, channels, h, w] = shape as [number, number, number, number]
  const positions = h * w
  const at = (image: number, channel: number, position: number) =>
    x[(image * channels + channel) * positions + position]!
  const relu = (value: number) => Math.max(value, 0)
  const made: number[] = []
  for (let image = 0; image < n; image++)
    for (let first = 0; first < channels; first += 3 * d)
      for (let i = 0; i < d; i++)
        for (let position = 0; position < positions; position++) {
          let [sum, total] = [0, 0]
          for (let other = 0; other < positions; other++) {
            let weight = 0
            for (let c = first; c < first + d; c++)
              weight += relu(at(image, c, position)) * relu(at(image, c + d, other))
            sum += weight * at(image, first + 2 * d + i, other)
            total += weight
          }
          made.push(sum / (total + eps))
        }
  return made
}

export const naive = { layerNorm, geluTanh, hardswish, linear, attention, liteAttention }
