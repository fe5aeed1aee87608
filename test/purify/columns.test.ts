// The closed form on convolutions is the closed form on their columns, group by group.
import t from 'tap'
import type { QuantizerSpec } from '../../binding.js'
import { type Convolution, columnsOf } from '../oracles/convolution.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { purifyKernels } from './kernels.js'

const kernels = await purifyKernels()
const N = 3

const quantizerOf = (w: number[], rows: number): QuantizerSpec => {
  const k = w.length / rows
  const scale = Array.from({ length: rows }, (_, i) =>
    Math.fround(Math.max(...w.slice(i * k, i * k + k).map(Math.abs)) / 7),
  )
  return { bits: 4, symmetric: true, perChannel: true, scale, zeroPoint: scale.map(() => 0) }
}

const cases: [string, [number, number, number], Convolution][] = [
  ['3×3, padded', [2, 6, 5], { shape: [4, 2, 3, 3], padding: 1 }],
  ['strided', [3, 7, 7], { shape: [4, 3, 3, 3], padding: 1, stride: 2 }],
  ['dilated', [2, 8, 8], { shape: [3, 2, 3, 3], dilation: 2 }],
  ['two groups', [4, 6, 6], { shape: [6, 2, 3, 3], padding: 1, groups: 2 }],
  ['depth-wise', [4, 6, 6], { shape: [4, 1, 3, 3], padding: 1, groups: 4 }],
  ['1×1', [5, 4, 4], { shape: [3, 5, 1, 1], stride: 2 }],
]

for (const [name, size, conv] of cases) {
  t.test(name, async t => {
    const { shape, stride = 1, padding = 0, dilation = 1, groups = 1 } = conv
    const elements = size.reduce((a, b) => a * b)
    const w = normal(
      shape.reduce((a, b) => a * b),
      1,
    )
    const x = normal(N * elements, 2)
    const drift = normal(x.length, 3)
    const hat = x.map((value, i) => Math.fround(value + 0.1 * drift[i]!))
    const quantizer = quantizerOf(w, shape[0])
    const options = { columns: 1e6, damping: 0.01, seed: 0 }
    const images = (values: number[]) => [tensor([N, ...size], values)]
    const attributes = {
      stride: [stride, stride],
      padding: [padding, padding],
      dilation: [dilation, dilation],
      groups,
    }
    const whole = kernels.closedForm(
      { op: 'conv2d', attributes, weight: tensor(shape, w), quantizer },
      images(x),
      images(hat),
      options,
    )

    const rows = shape[0] / groups
    const k = w.length / shape[0]
    const columns = (values: number[], group: number) => {
      const all = Array.from(
        { length: N },
        (_, n) => columnsOf(values.slice(n * elements, (n + 1) * elements), size, conv)[group]!,
      ).flat()
      return [tensor([all.length, k], all.flat())]
    }
    const codes: number[] = []
    let [before, after] = [0, 0]
    for (let group = 0; group < groups; group++) {
      const from = group * rows
      const part = {
        ...quantizer,
        scale: quantizer.scale.slice(from, from + rows),
        zeroPoint: quantizer.zeroPoint.slice(from, from + rows),
      }
      const weight = tensor([rows, k], w.slice(from * k, (from + rows) * k))
      const solved = kernels.closedForm(
        { op: 'linear', attributes: {}, weight, quantizer: part },
        columns(x, group),
        columns(hat, group),
        options,
      )
      codes.push(...numbers(solved.codes))
      before += solved.lossBefore
      after += solved.lossAfter
      t.equal(whole.columns, solved.columns)
    }
    t.same(numbers(whole.codes), codes)
    t.ok(Math.abs(whole.lossBefore / before - 1) < 1e-4)
    t.ok(Math.abs(whole.lossAfter / after - 1) < 1e-4)
  })
}

t.test('columns are drawn by the seed, without repeating one', async t => {
  const w = normal(2 * 9, 1)
  const layer = {
    op: 'conv2d' as const,
    attributes: { padding: [1, 1] },
    weight: tensor([2, 1, 3, 3], w),
    quantizer: quantizerOf(w, 2),
  }
  const images = [tensor([4, 1, 8, 8], normal(256, 2)), tensor([2, 1, 8, 8], normal(128, 3))]
  const draw = (columns: number, seed: number) =>
    kernels.closedForm(layer, images, images, { columns, damping: 0.01, seed })
  t.equal(draw(100, 0).columns, 100)
  t.equal(draw(1000, 0).columns, 384)
  t.equal(draw(100, 0).lossAfter, draw(100, 0).lossAfter)
  t.not(draw(100, 0).lossBefore, draw(100, 1).lossBefore)
  t.same(numbers(draw(384, 0).codes), numbers(draw(1000, 5).codes), 'all of them: no seed matters')
})
