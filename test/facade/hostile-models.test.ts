// Model files that lie about their graph or their tensors: each is refused with a code, and nothing crashes.
import { join } from 'node:path'
import t from 'tap'
import { loadModel, quantize } from '../../lib/index.js'
import { digits, type GraphJson, regraphed, smallModel, tampered, truncated } from './small.js'

const node = (graph: GraphJson, name: string) => {
  const found = graph.nodes.find(node => node.name === name)
  if (!found) throw new Error(`no node ${name}`)
  return found
}

const graphs: Record<string, [(graph: GraphJson) => void, string]> = {
  'an unknown op': [graph => void (node(graph, 'relu').op = 'system'), 'ERR_UNSUPPORTED_OP'],
  'a name of every object as op': [
    graph => void (node(graph, 'relu').op = 'constructor'),
    'ERR_UNSUPPORTED_OP',
  ],
  'a name with a zero in it (found by scripts/fuzz)': [
    graph => {
      node(graph, 'layer1.0.relu1').name = 'a\0b'
      for (const { inputs } of graph.nodes)
        for (const [at, input] of inputs.entries()) if (input === 'layer1.0.relu1') inputs[at] = 'a\0b'
    },
    'ERR_BAD_MODEL',
  ],
  'an input that is nowhere': [graph => void (node(graph, 'relu').inputs = ['nowhere']), 'ERR_BAD_MODEL'],
  'a circle': [graph => void (node(graph, 'conv1').inputs = ['fc']), 'ERR_BAD_MODEL'],
  'two nodes of one name': [graph => void graph.nodes.push({ ...node(graph, 'relu') }), 'ERR_BAD_MODEL'],
  'a missing operand': [graph => void (node(graph, 'layer1.0.add').inputs = ['relu']), 'ERR_BAD_MODEL'],
  'an output that is nowhere': [graph => void (graph.output = 'nowhere'), 'ERR_BAD_MODEL'],
  'no nodes': [graph => void (graph.nodes = []), 'ERR_BAD_MODEL'],
  'a parameter that is nowhere': [
    graph => void (node(graph, 'conv1').parameters.weight = 'nowhere'),
    'ERR_BAD_MODEL',
  ],
  'a parameter of another shape': [
    graph => void (node(graph, 'conv1').parameters.weight = 'layer1.0.conv1.weight'),
    'ERR_BAD_MODEL',
  ],
  'a stride of zero': [graph => void (node(graph, 'conv1').attributes.stride = [0, 0]), 'ERR_BAD_MODEL'],
  'a negative padding': [graph => void (node(graph, 'conv1').attributes.padding = [-9, -9]), 'ERR_BAD_MODEL'],
  'a padding without measure': [
    graph => void (node(graph, 'conv1').attributes.padding = [2 ** 30, 2 ** 30]),
    'ERR_BAD_MODEL',
  ],
  'no groups': [graph => void (node(graph, 'conv1').attributes.groups = 0), 'ERR_BAD_MODEL'],
  'an attribute of another type': [
    graph => void (node(graph, 'conv1').attributes.stride = 'fast'),
    'ERR_BAD_MODEL',
  ],
  'an input without area': [graph => void (graph.inputShape = [1, 0, 0]), 'ERR_BAD_MODEL'],
  'an input of other channels': [graph => void (graph.inputShape = [3, 28, 28]), 'ERR_BAD_MODEL'],
  'an input without measure': [graph => void (graph.inputShape = [1, 65536, 65536]), 'ERR_BAD_MODEL'],
}

t.test('hostile model files', async t => {
  const folder = t.testdir({})
  const good = join(folder, 'good.safetensors')
  await (await smallModel()).save(good)
  const bad = join(folder, 'bad.safetensors')

  for (const [name, [change, code]] of Object.entries(graphs)) {
    await t.rejects(
      regraphed(good, bad, change).then(path => loadModel(path)),
      { name: 'ShellacError', code },
      name,
    )
  }

  const poison = (tensor: string, value: number) =>
    tampered(good, bad, ({ tensors }) => {
      const bytes = tensors.get(tensor)?.data ?? new Uint8Array()
      new DataView(bytes.buffer, bytes.byteOffset).setFloat32(0, value, true)
    })
  for (const [tensor, value] of [
    ['conv1.weight', Number.NaN],
    ['fc.bias', Number.POSITIVE_INFINITY],
    ['bn1.running_var', -1],
  ] as const) {
    await t.rejects(
      poison(tensor, value).then(path => loadModel(path)),
      { code: 'ERR_BAD_MODEL' },
      `${value} in ${tensor}`,
    )
  }
  const missing = tampered(good, bad, ({ tensors }) => void tensors.delete('fc.weight'))
  await t.rejects(
    missing.then(path => loadModel(path)),
    { code: 'ERR_BAD_MODEL' },
    'a tensor is missing',
  )
  await t.rejects(
    truncated(good, bad, 1).then(path => loadModel(path)),
    { code: 'ERR_BAD_MODEL' },
    'truncated',
  )
})

t.test('hostile quantized model files', async t => {
  const folder = t.testdir({})
  const good = join(folder, 'good.safetensors')
  await (await quantize(await smallModel(), await digits(32), { calibration: 32 })).save(good)
  const bad = join(folder, 'bad.safetensors')
  const damages: Record<string, (file: Parameters<Parameters<typeof tampered>[2]>[0]) => void> = {
    'codes of another shape': ({ tensors }) => {
      const codes = tensors.get('conv1:codes')
      if (codes)
        tensors.set('conv1:codes', { ...codes, shape: [codes.shape.reduce((one, other) => one * other, 1)] })
    },
    'a code off the grid': ({ tensors }) => void tensors.get('layer1.0.conv1:codes')?.data.fill(200),
    'a scale of zero': ({ tensors }) => void tensors.get('conv1:scale')?.data.fill(0),
    'a scale that is no number': ({ tensors }) => void tensors.get('conv1:scale')?.data.fill(255),
    'too few scales': ({ tensors }) => {
      const scale = tensors.get('conv1:scale')
      if (scale) tensors.set('conv1:scale', { ...scale, shape: [1], data: scale.data.subarray(0, 4) })
    },
    'a zero point off the grid': ({ tensors }) => void tensors.get('conv1:zeroPoint')?.data.fill(127),
    'codes for a node that is nowhere': ({ metadata }) => {
      metadata.quantization = (metadata.quantization ?? '').replace('"conv1":', '"nowhere":')
    },
    'a scale for each of three images': ({ metadata, tensors }) => {
      const { activations, ...rest } = JSON.parse(metadata.quantization ?? '')
      activations.relu.perChannel = true
      metadata.quantization = JSON.stringify({ ...rest, activations })
      for (const part of ['scale', 'zeroPoint']) {
        const one = tensors.get(`relu:activation.${part}`)
        if (one)
          tensors.set(`relu:activation.${part}`, {
            ...one,
            shape: [3],
            data: Buffer.concat(Array(3).fill(one.data)),
          })
      }
    },
  }
  for (const [name, damage] of Object.entries(damages)) {
    await t.rejects(
      tampered(good, bad, damage).then(path => loadModel(path)),
      { code: 'ERR_BAD_MODEL' },
      name,
    )
  }
})

t.test('codes of a node that names no weight (found by scripts/fuzz)', async t => {
  const folder = t.testdir({})
  const [good, bad] = [join(folder, 'good.safetensors'), join(folder, 'bad.safetensors')]
  const bits = { weightBits: 4, activationBits: 'none', calibration: 8, threads: 1 } as const
  await (await quantize(await smallModel(), await digits(8), bits)).save(good)
  await regraphed(good, bad, graph => void delete node(graph, 'conv1').parameters.weight)
  await t.rejects(loadModel(bad), { code: 'ERR_BAD_MODEL', message: /node 'conv1'.*no weight/ })
})
