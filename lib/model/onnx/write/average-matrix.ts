import { DataType, type StoredTensor } from '../tensor.js'

/** [to, from] (transposed: [from, to]): row i averages the cell i of an axis of `from` numbers, cells as PyTorch has them. */
export function averageMatrix(from: number, to: number, transposed: boolean): StoredTensor {
  const matrix = new Float32Array(to * from)
  for (let cell = 0; cell < to; cell++) {
    const begin = Math.floor((cell * from) / to)
    const end = Math.ceil(((cell + 1) * from) / to)
    for (let at = begin; at < end; at++) {
      matrix[transposed ? at * to + cell : cell * from + at] = 1 / (end - begin)
    }
  }
  const shape = transposed ? [from, to] : [to, from]
  return { type: DataType.FLOAT, shape, data: new Uint8Array(matrix.buffer) }
}
