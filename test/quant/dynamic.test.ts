// The attack's own quantizers: range from the tensor at each call, gradient passed through whole.
import t from 'tap'
import { affineOf, code, realOf, symmetricOf } from '../oracles/quantizer.js'
import { normal, numbers, tensor } from '../oracles/tensors.js'
import { quantKernels } from './kernels.js'

const kernels = await quantKernels()

for (let bits = 2; bits <= 8; bits++) {
  t.test(`${bits} bits`, async t => {
    const x = normal(500, bits).map(value => Math.fround(value + 0.7))
    const upstream = normal(500, 50)
    const [min, max] = [Math.min(...x), Math.max(...x)]
    const symmetric = {
      bits,
      symmetric: true,
      perChannel: false,
      scale: [symmetricOf(min, max, bits)],
      zeroPoint: [0],
    }
    const { scale, zeroPoint } = affineOf(min, max, bits)
    const affine = { bits, symmetric: false, perChannel: false, scale: [scale], zeroPoint: [zeroPoint] }
    for (const [of, q] of [
      ['weight', symmetric],
      ['activation', affine],
    ] as const) {
      const found = kernels.fakeQuantizeDynamic(of, tensor([20, 25], x), bits, tensor([20, 25], upstream))
      t.same(
        numbers(found.values),
        x.map(value => realOf(code(value, q), q)),
        `${of}: as with the quantizer of its own range`,
      )
      t.same(numbers(found.gradient), upstream, `${of}: the gradient passes`)
    }
    t.same(
      kernels.observe('min-max', { bits, symmetric: true, perChannel: false }, [tensor([500], x)]),
      symmetric,
      'the quantizer that the preset "attacker" gives the weight',
    )
  })
}

t.test('all zeros stay zeros', async t => {
  const zeros = tensor([4], [0, 0, 0, 0])
  for (const of of ['weight', 'activation'] as const)
    t.same(numbers(kernels.fakeQuantizeDynamic(of, zeros, 4, zeros).values), [0, 0, 0, 0])
})
