/**
 * A square of side² numbers enlarged to [height, width] by cubic convolution (A = −0.75), corner onto corner, its edge
 * repeated outwards: PyTorch's bicubic upsampling with align_corners.
 */
export function resized(
  values: readonly number[],
  side: number,
  height: number,
  width: number,
): Float32Array {
  const [rows, columns] = [taps(side, height), taps(side, width)]
  return Float32Array.from({ length: height * width }, (_, at) => {
    let sum = 0
    for (const [row, byRow] of rows[Math.floor(at / width)] ?? [])
      for (const [column, byColumn] of columns[at % width] ?? [])
        sum += byRow * byColumn * (values[row * side + column] ?? 0)
    return sum
  })
}

/** For each of `size` places: which four of the `side` values count, and how much. */
function taps(side: number, size: number): [number, number][][] {
  return Array.from({ length: size }, (_, to) => {
    const from = size === 1 ? 0 : (to * (side - 1)) / (size - 1)
    const first = Math.floor(from)
    return [-1, 0, 1, 2].map(step => [
      Math.min(side - 1, Math.max(0, first + step)),
      cubic(Math.abs(from - first - step)),
    ])
  })
}

/** Keys' kernel at a distance of 0 .. 2. */
function cubic(distance: number): number {
  const a = -0.75
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance ** 2 + 1
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0
}
