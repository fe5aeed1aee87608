import t from 'tap'
import type { QuantizerSpec, TensorData } from '../../binding.js'
import { fingerprintsOf, layerAudit } from '../../lib/audit/fingerprints.js'
import { code } from '../oracles/quantizer.js'
import { normal, tensor } from '../oracles/tensors.js'
import { auditKernels } from './kernels.js'

const { roundingOf } = await auditKernels()
const [ROWS, COLUMNS] = [6, 400]
const SCALE = 0.125 // a power of two: steps are exact
const quantizer: QuantizerSpec = {
  bits: 4,
  symmetric: true,
  perChannel: false,
  scale: [SCALE],
  zeroPoint: [0],
}
const BIN = 0.002

const codesTensor = (values: number[]): TensorData => ({
  dtype: 'int8',
  shape: [ROWS, COLUMNS],
  data: new Uint8Array(Int8Array.from(values).buffer),
})

/** One weight at a time. */
function counted(steps: number[], codes: number[]) {
  const border = Array.from({ length: 50 }, () => 0)
  let bordering = 0
  for (const u of steps) {
    if (!(Math.abs(u) < 7.5 - BIN)) continue
    bordering++
    const distance = Math.abs(u - Math.floor(u) - 0.5)
    const bin = Math.floor(distance / BIN)
    if (bin < 50) border[bin]!++
  }
  const rows = Array.from({ length: ROWS }, (_, row) => codes.slice(row * COLUMNS, (row + 1) * COLUMNS))
  return {
    flipped: codes.filter((each, at) => each !== code(steps[at]! * SCALE, quantizer)).length,
    zero: codes.filter(each => each === 0).length,
    collapsed: rows.filter(row => row.every(each => each === row[0])).length,
    border,
    bordering,
  }
}

t.test('rounding: what a loop over weights counts', async t => {
  const steps = normal(ROWS * COLUMNS, 3).map(x => Math.fround(3 * x))
  steps.fill(0.2, 0, COLUMNS) // a channel that rounding collapses
  for (let at = COLUMNS; at < COLUMNS + 90; at++) steps[at] = 1.4990234375 // parked beside the border
  const codes = steps.map(u => code(u * SCALE, quantizer))
  for (let at = 0; at < codes.length; at += 13) codes[at] = -8
  const weight = tensor(
    [ROWS, COLUMNS],
    steps.map(u => u * SCALE),
  )
  const found = roundingOf(weight, codesTensor(codes), quantizer)
  t.strictSame(found, counted(steps, codes))
  t.ok((found.border[0] ?? 0) >= 80, 'the parked weights are in the first bin')
})

t.test('rounding: the largest weight of a model lies at a border by rights, and is left out', async t => {
  const steps = Array.from({ length: ROWS * COLUMNS }, (_, at) => (at % 2 ? 7.5 : -7.5))
  const codes = steps.map(u => code(u * SCALE, quantizer))
  const weight = tensor(
    [ROWS, COLUMNS],
    steps.map(u => u * SCALE),
  )
  t.match(roundingOf(weight, codesTensor(codes), quantizer), { bordering: 0 })
})

t.test('fingerprints: sums over layers, and the fullest bin against the mean one', async t => {
  const layer = (name: string, border: number[]) => ({
    ...{ name, bits: 4, weights: 1000, flipped: 100, zero: 250, rows: 10, collapsed: 1 },
    ...{ border, bordering: 500, drift: 0.5 },
  })
  const layers = [layer('a', [10, 10, 10, 10]), layer('b', [0, 60, 0, 0])]
  t.strictSame(fingerprintsOf(layers), {
    borderPile: { distance: 0.002, ratio: 70 / 25 },
    collapsed: 0.1,
    flipped: 0.1,
  })
  t.match(layerAudit(layers[0]!), {
    flipped: 0.1,
    zero: 0.25,
    collapsed: 0.1,
    atBorder: 10 / 500,
    drift: 0.5,
  })
  t.match(fingerprintsOf([layer('c', [1, 2, 3, 4])]), { borderPile: null }, 'too few weights to say')
  t.match(fingerprintsOf([]), { borderPile: null, collapsed: 0, flipped: 0 }, 'no layers in common')
})
