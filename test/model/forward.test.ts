// Built-in architectures against torchvision's and timm's networks, the same numbers in both (make_forward.py).
import { readFileSync } from 'node:fs'
import t from 'tap'
import { architectureSchema, buildArchitecture } from '../../lib/model/architectures/index.js'
import { forward, native, relativeError, size } from '../graph/recorded.js'
import { tensor } from '../oracles/tensors.js'

interface Network {
  options: { inputSize: number }
  tensors: number
  logits: number[]
}
const { networks } = JSON.parse(
  readFileSync(new URL('../fixtures/model/forward.json', import.meta.url), 'utf8'),
) as { networks: Record<string, Network> }

/** The formula of make_forward.py for the k-th tensor. */
function filled(name: string, shape: number[], k: number): Float32Array {
  const wide = Math.sqrt(3 / size(shape.slice(1)))
  return Float32Array.from({ length: size(shape) }, (_, i) => {
    const value = (((i + 1009 * k) * 7919) % 2003) / 1001.5 - 1
    if (name.endsWith('running_var')) return 1 + value / 2
    if (shape.length !== 1) return value * wide
    return name.endsWith('weight') ? 1 + value / 4 : value
  })
}

const byCode = (a: string, b: string) => (a < b ? -1 : 1)

for (const [name, { options, tensors: count, logits }] of Object.entries(networks))
  t.test(`${name}: the same logits`, async t => {
    const { spec } = await buildArchitecture(await architectureSchema({ name, ...options }))
    const names = Object.keys(spec.tensors).sort(byCode)
    t.equal(names.length, count)
    names.forEach((key, k) => {
      const { shape } = spec.tensors[key]!
      spec.tensors[key] = tensor(shape, filled(key, shape, k))
    })
    const model = await native.createModel(spec).promise
    const found = await forward(model, [2, 3, options.inputSize, options.inputSize])
    const error = relativeError(found, logits)
    t.ok(error < 2e-4, `relative error ${error}`)
  })
