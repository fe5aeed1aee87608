import t from 'tap'
import type { ModelSpec } from '../../binding.js'
import { decode, encode, type ModelContent } from '../../lib/model/file.js'

const floats = (shape: number[], values: number[]) => ({
  dtype: 'float32' as const,
  shape,
  data: new Uint8Array(new Float32Array(values).buffer),
})

const graph: ModelSpec['graph'] = {
  inputShape: [2, 1, 1],
  nodes: [
    { name: 'input', op: 'input', inputs: [], attributes: {}, parameters: {} },
    { name: 'flatten', op: 'flatten', inputs: ['input'], attributes: {}, parameters: {} },
    {
      name: 'fc',
      op: 'linear',
      inputs: ['flatten'],
      attributes: {},
      parameters: { weight: 'fc.weight', bias: 'fc.bias' },
    },
  ],
  output: 'fc',
}

function quantized(): ModelContent {
  const weight = { bits: 4, symmetric: false, perChannel: true, scale: [0.5, 0.1], zeroPoint: [7, 3] }
  const scale = weight.scale.map(Math.fround)
  return {
    spec: {
      graph,
      tensors: { 'fc.bias': floats([2], [1, 2]) },
      quantization: {
        preset: 'mse',
        weightBits: 4,
        activationBits: 8,
        weights: {
          fc: {
            quantizer: { ...weight, scale },
            codes: { dtype: 'uint8', shape: [2, 2], data: new Uint8Array([0, 15, 7, 3]) },
          },
        },
        activations: {
          flatten: { bits: 8, symmetric: false, perChannel: false, scale: [0.25], zeroPoint: [128] },
        },
      },
    },
    facts: {
      name: 'm',
      normalization: { mean: [0.1, 0.2], deviation: [1, 2] },
      classes: ['cat', 'dog'],
      provenance: { shellac: '0', made: 'purify', settings: { seed: 0 }, from: null },
    },
  }
}

t.test('a quantized model comes back as it went', async t => {
  const content = quantized()
  t.strictSame(await decode('m', encode(content)), content)
})

t.test('a tensor name that the format keeps for itself is refused', async t => {
  const { spec, facts } = quantized()
  spec.tensors['fc:codes'] = floats([1], [1])
  t.throws(() => encode({ spec, facts }), { code: 'ERR_BAD_MODEL', message: /fc:codes/ })
})

const damage: Record<string, [(file: ReturnType<typeof encode>) => void, RegExp]> = {
  'another version': [file => set(file, 'formatVersion', '2'), /format version "2"; expected 1/],
  'no graph': [file => void delete file.metadata.graph, /no "graph"/],
  'a graph that is no JSON': [file => set(file, 'graph', '{'), /"graph" in its metadata with/],
  'a graph with a key twice': [file => set(file, 'graph', '{"a":1,"a":2}'), /the key "a" twice/],
  'a graph that is nested without end': [file => set(file, 'graph', '['.repeat(9999)), /nesting deeper/],
  'a graph with more than it may hold': [
    file => set(file, 'graph', JSON.stringify({ ...graph, extra: 1 })),
    /"graph" in its metadata.*extra/,
  ],
  'a graph without nodes': [
    file => set(file, 'graph', JSON.stringify({ ...graph, nodes: [] })),
    /graph.nodes/,
  ],
  'an input of negative size': [
    file => set(file, 'graph', JSON.stringify({ ...graph, inputShape: [-1, 1, 1] })),
    /graph.inputShape.0/,
  ],
  'bits out of range': [
    file =>
      set(
        file,
        'quantization',
        (file.metadata.quantization ?? '').replace('"weightBits":4', '"weightBits":99'),
      ),
    /quantization.weightBits/,
  ],
  'codes that are missing': [file => void file.tensors.delete('fc:codes'), /no tensor for "fc:codes"/],
  'codes as floats': [
    file => void file.tensors.set('fc:codes', { dtype: 'F32', shape: [1], data: new Uint8Array(4) }),
    /type F32 for "fc:codes"/,
  ],
  'scales of another type': [
    file => void file.tensors.set('fc:scale', { dtype: 'F64', shape: [1], data: new Uint8Array(8) }),
    /type F64 for "fc:scale"/,
  ],
  'a tensor of half precision': [
    file => void file.tensors.set('fc.bias', { dtype: 'F16', shape: [2], data: new Uint8Array(4) }),
    /"fc.bias" of type F16; expected F32/,
  ],
  'a deviation of zero': [
    file => set(file, 'normalization', '{"mean":[0],"deviation":[0]}'),
    /normalization.deviation/,
  ],
}
for (const [name, [spoil, message]] of Object.entries(damage)) {
  t.test(`refuses ${name}`, async t => {
    const file = encode(quantized())
    spoil(file)
    await t.rejects(decode('m', file), { code: 'ERR_BAD_MODEL', message })
  })
}

function set(file: ReturnType<typeof encode>, key: string, value: string): void {
  file.metadata[key] = value
}
