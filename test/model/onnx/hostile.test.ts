// ONNX files that lie or are damaged: each is refused with a code, or is a model; nothing crashes or hangs.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import t from 'tap'
import { loadModel, ShellacError } from '../../../lib/index.js'
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from '../../../lib/model/onnx/proto/onnx_pb.js'

const fixture = (name: string) =>
  readFile(fileURLToPath(new URL(`../../fixtures/onnx/${name}.onnx`, import.meta.url)))
const folded = await fixture('vgg-bn.old')
const quantized = await fixture('ort-s8')

type Change = (graph: GraphProto, model: ModelProto) => void

const node = (graph: GraphProto, type: string) => {
  const found = graph.node.find(({ opType }) => opType === type)
  if (!found) throw new Error(`no ${type}`)
  return found
}
const attribute = (graph: GraphProto, type: string, name: string): AttributeProto => {
  const found = node(graph, type).attribute.find(attribute => attribute.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}
const weight = (graph: GraphProto) => {
  const found = graph.initializer.find(({ dims }) => dims.length === 4)
  if (!found) throw new Error('no weight')
  return found
}
const nested = (depth: number): GraphProto => {
  const inner = depth > 0 ? [nested(depth - 1)] : []
  const attribute = inner.map(g => create(AttributeProtoSchema, { name: 'body', g }))
  return create(GraphProtoSchema, { node: [create(NodeProtoSchema, { opType: 'If', attribute })] })
}

const damages: Record<string, [Change, string, RegExp]> = {
  'an op that is not known': [
    graph => void (node(graph, 'Relu').opType = 'LeakyRelu'),
    'ERR_UNSUPPORTED_OP',
    /\(LeakyRelu\): op "LeakyRelu"; expected the nearest that Shellac reads, Relu/,
  ],
  'a misspelt op': [
    graph => void (node(graph, 'Conv').opType = 'Cnov'),
    'ERR_UNSUPPORTED_OP',
    /the nearest that Shellac reads, Conv,/,
  ],
  'a name of every object as op': [
    graph => void (node(graph, 'Relu').opType = 'constructor'),
    'ERR_UNSUPPORTED_OP',
    /constructor/,
  ],
  'an op of another domain': [
    graph => void (node(graph, 'Relu').domain = 'com.evil'),
    'ERR_UNSUPPORTED_OP',
    /op "com.evil.Relu"/,
  ],
  'a quantized op': [
    graph => void (node(graph, 'Conv').opType = 'ConvInteger'),
    'ERR_UNSUPPORTED_OP',
    /QuantFormat.QDQ/,
  ],
  'another opset': [
    (_, model) => void (model.opsetImport[0]!.version = 9n),
    'ERR_BAD_MODEL',
    /opset 9; expected opset 13/,
  ],
  'no graph': [(_, model) => void (model.graph = undefined), 'ERR_BAD_MODEL', /no graph/],
  'two inputs': [
    graph => void graph.input.push({ ...graph.input[0]!, name: 'second' }),
    'ERR_BAD_MODEL',
    /2 inputs; expected one/,
  ],
  'an input without a size': [
    graph => void (graph.input[0]!.type = undefined),
    'ERR_BAD_MODEL',
    /inputShape: \[channels, height, width\]/,
  ],
  'no output': [graph => void (graph.output = []), 'ERR_BAD_MODEL', /0 outputs/],
  'an output that is nowhere': [
    graph => void (graph.output[0]!.name = 'nowhere'),
    'ERR_BAD_MODEL',
    /nowhere/,
  ],
  'an input that is nowhere': [
    graph => void (node(graph, 'Relu').input = ['nowhere']),
    'ERR_BAD_MODEL',
    /nowhere/,
  ],
  'a circle': [
    graph => void (node(graph, 'Conv').input[0] = graph.output[0]!.name),
    'ERR_BAD_MODEL',
    /a value that is made before it/,
  ],
  'too little data': [
    graph => void (weight(graph).rawData = new Uint8Array(4)),
    'ERR_BAD_MODEL',
    /of 4 bytes; expected 432/,
  ],
  'a shape without measure': [
    graph => void (weight(graph).dims = [2n ** 40n, 2n ** 40n, 1n, 1n]),
    'ERR_BAD_MODEL',
    /of shape/,
  ],
  'a negative shape': [graph => void (weight(graph).dims[0] = -4n), 'ERR_BAD_MODEL', /of shape/],
  'another type': [graph => void (weight(graph).dataType = 8), 'ERR_BAD_MODEL', /of type STRING/],
  'a stride of zero': [
    graph => void (attribute(graph, 'Conv', 'strides').ints = [0n, 0n]),
    'ERR_BAD_MODEL',
    /strides/,
  ],
  'a padding without measure': [
    graph => void (attribute(graph, 'Conv', 'pads').ints = [0n, 0n, 2n ** 40n, 0n]),
    'ERR_BAD_MODEL',
    /pads/,
  ],
  'a kernel that would be widened without measure': [
    graph => void (attribute(graph, 'Conv', 'pads').ints = [0n, 0n, 65_536n, 65_536n]),
    'ERR_UNSUPPORTED_OP',
    /about the same at both ends/,
  ],
  'an attribute of another type': [
    graph => void (attribute(graph, 'Conv', 'strides').type = 3),
    'ERR_BAD_MODEL',
    /of type STRING; expected INTS/,
  ],
  'graphs in graphs': [graph => void graph.node.push(...nested(40).node), 'ERR_BAD_MODEL', /nesting deeper/],
  'tensors that grow out of little': [
    graph => {
      const last = graph.output[0]!.name
      graph.initializer.push(
        create(TensorProtoSchema, {
          name: 'row',
          dims: [60n, 60n],
          dataType: 1,
          rawData: new Uint8Array(14_400),
        }),
      )
      // Each node turns the one matrix, and would keep a copy.
      for (let at = 0; at < 9000; at++) {
        const input = [at === 0 ? last : `grown${at - 1}`, 'row']
        graph.node.push(create(NodeProtoSchema, { opType: 'MatMul', input, output: [`grown${at}`] }))
      }
      graph.output[0]!.name = 'grown8999'
    },
    'ERR_BAD_MODEL',
    /much larger than the file/,
  ],
  'nodes without end': [
    graph => {
      for (let at = 0; at < 20_001; at++) graph.node.push(create(NodeProtoSchema, { opType: 'Relu' }))
    },
    'ERR_BAD_MODEL',
    /20000 at most/,
  ],
}

const damaged = (bytes: Uint8Array, change: Change): Uint8Array => {
  const model = fromBinary(ModelProtoSchema, bytes)
  change(model.graph!, model)
  return toBinary(ModelProtoSchema, model)
}

t.test('hand-made', async t => {
  const path = join(t.testdir({}), 'm.onnx')
  for (const [name, [change, code, message]] of Object.entries(damages)) {
    await writeFile(path, damaged(folded, change))
    await t.rejects(loadModel(path), { name: 'ShellacError', code, message }, name)
  }
})

t.test('hand-made, quantized', async t => {
  const path = join(t.testdir({}), 'm.onnx')
  const scale = (graph: GraphProto) => {
    const codes = graph.initializer.find(({ dims }) => dims.length === 4)?.name
    const name = graph.node.find(({ input }) => input[0] === codes)?.input[1]
    return graph.initializer.find(tensor => tensor.name === name)!
  }
  const changes: Record<string, Change> = {
    'a scale of zero': graph =>
      void (scale(graph).rawData = new Uint8Array(4 * Number(scale(graph).dims[0]))),
    'a scale that is no number': graph =>
      void (scale(graph).rawData = new Uint8Array(4 * Number(scale(graph).dims[0])).fill(255)),
    'codes without quantize before': graph => void (node(graph, 'QuantizeLinear').opType = 'Relu'),
    'another scale behind than before': graph => {
      const last = graph.node.filter(({ opType }) => opType === 'DequantizeLinear').at(-1)!
      last.input[1] = graph.node.find(({ opType }) => opType === 'QuantizeLinear')!.input[1]!
    },
  }
  for (const [name, change] of Object.entries(changes)) {
    await writeFile(path, damaged(quantized, change))
    const error = await loadModel(path).catch(error => error)
    t.ok(
      error instanceof ShellacError && /BAD_MODEL|UNSUPPORTED_OP/.test(error.code),
      `${name}: ${error.code}`,
    )
  }
})

/** Numbers that are the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function mutated(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes)
  // Weights make most of a file and mean nothing; its ends hold the graph.
  const place = () => (random(2) === 0 ? random(copy.length) : Math.min(random(4096), copy.length - 1))
  switch (random(4)) {
    case 0:
      return copy.subarray(0, random(copy.length))
    case 1: {
      const [from, length] = [place(), random(64)]
      return Buffer.concat([copy.subarray(0, from), copy.subarray(from + length)])
    }
    case 2: {
      const from = place()
      return Buffer.concat([
        copy.subarray(0, from),
        Buffer.from([random(256), random(256)]),
        copy.subarray(from),
      ])
    }
    default:
      for (let count = 1 + random(4); count > 0; count--) copy[place()] = random(256)
      return copy
  }
}

t.test('2,000 mutations: a typed error or a model', async t => {
  const path = join(t.testdir({}), 'm.onnx')
  const random = generator(1)
  const outcomes = new Map<string, number>()
  for (const original of [folded, quantized, await fixture('nhwc'), await fixture('corners.new')]) {
    for (let run = 0; run < 500; run++) {
      await writeFile(path, mutated(original, random))
      const outcome = await loadModel(path).then(
        () => 'a model',
        error => (error instanceof ShellacError ? error.code : `${error.stack}`),
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (!['a model', 'ERR_BAD_MODEL', 'ERR_UNSUPPORTED_OP'].includes(outcome)) t.fail(outcome)
    }
  }
  t.ok(
    (outcomes.get('a model') ?? 0) > 0 && (outcomes.get('ERR_BAD_MODEL') ?? 0) > 0,
    [...outcomes].join(' '),
  )
})
