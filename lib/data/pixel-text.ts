// The `mnist` package keeps pixels as text: { "data": [0,0.988,...] }, 0 .. 1, rounded to three decimals, which 255 levels
// survive. JSON.parse makes millions of boxed numbers of it first, which takes ten times as long as all the rest of a
// short command.
const PARTS = [1, 10, 100, 1000]
const [POINT, COMMA, ZERO, NINE] = [0x2e, 0x2c, 0x30, 0x39]

/** Bytes 0 .. 255 of all numbers between the brackets; null where anything but numbers of 0 .. 1 stands there. */
export function pixelsOf(text: Uint8Array): Uint8Array | null {
  const [from, to] = [text.indexOf(0x5b) + 1, text.lastIndexOf(0x5d)]
  if (from === 0 || to <= from) return null
  const pixels = new Uint8Array(Math.ceil((to - from + 1) / 2))
  let count = 0
  for (let at = from; at <= to; at++) {
    if (text[at] === ZERO && text[at + 1] === COMMA) {
      count++ // four of five pixels, and black already
      at++
      continue
    }
    let value = 0
    let decimals = -1
    const start = at
    for (; at < to && text[at] !== COMMA; at++) {
      const character = text[at] as number
      if (character === POINT && decimals < 0) decimals = 0
      else if (character >= ZERO && character <= NINE) {
        value = value * 10 + character - ZERO
        if (decimals >= 0) decimals++
      } else return null
    }
    const level = decimals <= 3 ? Math.round((value / (PARTS[decimals] ?? 1)) * 255) : 256
    if (at === start || level > 255) return null
    pixels[count++] = level
  }
  return pixels.subarray(0, count)
}
