// An ONNX file as a model that nobody needs to vouch for: its graph is turned into Shellac's, op by op, and nothing of it
// is run.
import type { QuantizationSpec } from '../../../../binding.js'
import type { Pace } from '../../../pace.js'
import type { ModelFacts } from '../../facts.js'
import type { ModelContent } from '../../file.js'
import { openModel } from '../../safetensors/read.js'
import type { ModelProto } from '../proto/onnx_pb.js'
import type { Builder } from './builder.js'
import { decodeModel } from './decode.js'
import { readGraph } from './graph.js'
import { factsOf } from './metadata.js'
import { outsideOf } from './outside.js'
import { badFile } from './refuse.js'
import { skeletonOf } from './skeleton.js'
import { Window } from './window.js'

/** Tensors of the graph may have so many times the bytes of the files, since 4-bit codes become whole bytes and more. */
const MOST_TIMES = 8
const SPARE = 64 * 1024 * 1024

const OPSETS = { least: 13, most: 24 }

/**
 * Reads an ONNX classifier: opset 13 to 24, float, QDQ or QOperator with int8 or int4 codes, tensors inside or beside the file.
 *
 * @param inputShape [channels, height, width], where the file leaves it open
 * @throws ERR_BAD_MODEL, ERR_UNSUPPORTED_OP naming op and node
 */
export async function readOnnx(
  path: string,
  inputShape: readonly number[] | null,
  pace: Pace,
): Promise<ModelContent> {
  const { model, places, size } = await decoded(path)
  const opset = opsetOf(path, model)
  if (!model.graph) throw badFile(path, 'no graph', 'an ONNX model')
  if (model.graph.sparseInitializer.length > 0) throw badFile(path, 'sparse tensors', 'dense ones')
  const indices = new Map(model.graph.initializer.map((tensor, index) => [tensor, index]))
  const outside = await outsideOf(path, model.graph.initializer, tensor =>
    places.get(indices.get(tensor) ?? -1),
  )
  const {
    builder,
    inputShape: shape,
    output,
  } = readGraph(model.graph, {
    file: path,
    opset,
    inputShape,
    outside: outside.read,
    budget: SPARE + MOST_TIMES * (size + outside.size),
  })

  const tensors: ModelContent['spec']['tensors'] = {}
  for (const [name, read] of builder.tensors) {
    await pace()
    tensors[name] = await read(pace)
  }
  const { facts, preset } = await factsOf(path, model)
  return {
    spec: {
      graph: { inputShape: shape, nodes: builder.nodes, output },
      tensors,
      quantization: await quantizationOf(builder, preset, pace),
    },
    facts: facts satisfies ModelFacts,
  }
}

async function decoded(path: string) {
  const file = await openModel(path)
  try {
    const { size } = await file.stat()
    const { bytes, places } = await skeletonOf(new Window(path, file, size))
    return { model: decodeModel(path, bytes), places, size }
  } finally {
    await file.close()
  }
}

function opsetOf(path: string, { opsetImport }: ModelProto): number {
  const standard = opsetImport.filter(({ domain }) => domain === '' || domain === 'ai.onnx')
  const version = Number(standard[0]?.version ?? 0)
  if (version >= OPSETS.least && version <= OPSETS.most) return version
  throw badFile(path, version ? `opset ${version}` : 'no opset', `opset ${OPSETS.least} to ${OPSETS.most}`)
}

async function quantizationOf(
  builder: Builder,
  preset: string,
  pace: Pace,
): Promise<QuantizationSpec | null> {
  if (builder.weights.size === 0 && builder.activations.size === 0) return null
  const weights: QuantizationSpec['weights'] = {}
  for (const [node, { quantizer, codes }] of builder.weights) {
    await pace()
    weights[node] = { quantizer, codes: await codes(pace) }
  }
  const most = (bits: number[]) => (bits.length === 0 ? null : Math.min(...bits))
  return {
    preset,
    weightBits: most([...builder.weights.values()].map(({ quantizer }) => quantizer.bits)) ?? 8,
    activationBits: most([...builder.activations.values()].map(({ bits }) => bits)),
    weights,
    activations: Object.fromEntries(builder.activations),
  }
}
