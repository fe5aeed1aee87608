// The `mnist` package keeps pixels as text: { "data": [0,0.988,...] }, 0 .. 1, rounded to three decimals, which 255 levels
// survive. JSON.parse makes millions of boxed numbers of it first, which takes ten times as long as all the rest of a
// short command.
const [POINT, COMMA, ZERO, NINE] = [0x2e, 0x2c, 0x30, 0x39]

/** Bytes 0 .. 255 of all numbers between the brackets; null where anything but numbers of 0 .. 1 stands there. */
export function pixelsOf(text: Uint8Array): Uint8Array | null {
  const [from, to] = [text.indexOf(0x5b) + 1, text.lastIndexOf(0x5d)]
  if (from === 0 || to <= from) return null
  const pixels = new Uint8Array(Math.ceil((to - from + 1) / 2))
  let count = 0
  for (let at = from; at <= to; at++) {
    let [value, decimals] = [0, -1]
    const start = at
    for (; at < to && text[at] !== COMMA; at++) {
      const character = text[at] as number
      if (character === POINT && decimals < 0) decimals = 0
      else if (character >= ZERO && character <= NINE) {
        value = value * 10 + character - ZERO
        if (decimals >= 0) decimals++
      } else return null
    }
    const level = Math.round((value / 10 ** Math.max(decimals, 0)) * 255)
    if (at === start || level > 255) return null
    pixels[count++] = level
  }
  return pixels.subarray(0, count)
}
