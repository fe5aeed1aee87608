// Adaptive average pooling as two products with matrices of averages, which is how Shellac writes it.
import { DataType } from '../../tensor.js'
import { averageMatrix } from '../../write/average-matrix.js'
import type { Call } from '../call.js'
import { numbersOf, type Stored } from '../stored.js'
import type { Value } from '../values.js'

const SIDE = 4096

/** null: not that. */
export function adaptivePool(call: Call): Value | null {
  const [one, other] = call.inputs
  if (one?.kind === 'constant' && (other?.kind === 'feature' || other?.kind === 'curve')) {
    const of = call.image(1)
    const [rows = 0] = one.tensor.shape
    return averages(one.tensor, of.shape[1] ?? 0, rows, false) ? { kind: 'pooledRows', of, rows } : null
  }
  if (one?.kind !== 'pooledRows' || other?.kind !== 'constant') return null
  const { of, rows } = one
  const columns = other.tensor.shape[1] ?? 0
  if (!averages(other.tensor, of.shape[2] ?? 0, columns, true)) return null
  return call.builder.add(call.name, 'adaptiveAvgPool2d', [of], [of.shape[0] ?? 0, rows, columns], {
    attributes: { outputSize: [rows, columns] },
  })
}

function averages(tensor: Stored, from: number, to: number, turned: boolean): boolean {
  const shape = turned ? [from, to] : [to, from]
  if (tensor.shape.join() !== shape.join() || to > SIDE || from > SIDE || tensor.type !== DataType.FLOAT)
    return false
  const { data } = averageMatrix(from, to, turned)
  const wanted = new Float32Array(data.buffer)
  return numbersOf(tensor)?.every((value, at) => Math.abs(value - (wanted[at] ?? 0)) < 1e-6) ?? false
}
