/**
 * Images or maps [n, c, h, w] with at most `most` pixels a side, as whole numbers: means of squares of pixels, a rest at
 * the lower and right edge left out.
 *
 * @returns planes: [image][channel], row-major
 */
export function shrunk(
  values: ArrayLike<number>,
  [n, channels, height, width]: readonly [number, number, number, number],
  most: number,
): { planes: number[][][]; height: number; width: number } {
  const side = Math.max(1, Math.ceil(Math.max(height, width) / most))
  const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)]
  const mean = (plane: number, row: number, column: number) => {
    let sum = 0
    for (let y = row * side; y < (row + 1) * side; y++)
      for (let x = column * side; x < (column + 1) * side; x++)
        sum += values[(plane * height + y) * width + x] ?? 0
    return Math.round(sum / side ** 2)
  }
  const planeOf = (plane: number) =>
    Array.from({ length: rows * columns }, (_, at) => mean(plane, Math.floor(at / columns), at % columns))
  const planes = Array.from({ length: n }, (_, image) =>
    Array.from({ length: channels }, (_, channel) => planeOf(image * channels + channel)),
  )
  return { planes, height: rows, width: columns }
}
