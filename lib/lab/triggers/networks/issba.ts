// The network that hides a message in images and reads it, and what is cut out of it once it is trained.
import type { ModelSpec, NodeSpec, TensorData } from '../../../../binding.js'
import { halvings, type ImageShape, INPUT, specOf, TriggerBuilder } from './pieces.js'

export interface MessageNetwork {
  shape: ImageShape
  bits: number
  /** Channels of the first stage of encoder and decoder; each later one has twice as many. */
  width: number
  /** Largest change of a pixel, 0 .. 1. */
  strength: number
  seed: number
}

export const RESIDUAL = 'residual'
const TRIGGERED = 'triggered'
const BITS = 'secret.bits'

/** Image to the logits of the message's bits, by way of the image that hides it; its own message is empty. */
export async function messageSpec({
  shape,
  bits,
  width,
  strength,
  seed,
}: MessageNetwork): Promise<ModelSpec> {
  const graph = new TriggerBuilder()
  const input = graph.node('input', INPUT, [])
  const logits = encoder(graph, input, { shape, bits, width })
  const residual = graph.affine(RESIDUAL, graph.halfTanh('encoder.tanh', logits), 2 * strength, -strength)
  const sum = graph.node('add', 'sum', [input, residual])
  const triggered = graph.node('hardtanh', TRIGGERED, [sum], { min: 0, max: 1 })
  const output = decoder(graph, triggered, { shape, bits, width })
  return specOf(await graph.build([...shape], output, seed))
}

type Size = Pick<MessageNetwork, 'shape' | 'bits' | 'width'>

/** A U-Net that reads the message behind its first layer. */
function encoder(graph: TriggerBuilder, input: string, { shape, bits, width }: Size): string {
  const [channels, height, columns] = shape
  const codes = graph.tensor(
    'secret.codes',
    [bits, width, height, columns],
    random => random.normal() / Math.sqrt(bits),
  )
  const message = graph.tensor(BITS, [bits], () => 0)
  const first = graph.conv3('encoder.first', input, channels, width)
  const told = graph.node('embedBits', 'secret', [first], {}, { codes, bits: message })
  let value = graph.relu('encoder.first.relu', told)
  const stages = halvings(shape, 2, 4)
  const kept: { value: string; planes: number }[] = []
  let planes = width
  const layer = (name: string, from: number, to: number) => {
    value = graph.relu(`encoder.${name}.relu`, graph.conv3(`encoder.${name}`, value, from, to))
    planes = to
  }
  for (let stage = 0; stage < stages; stage++) {
    kept.push({ value, planes })
    value = graph.pool(`encoder.pool${stage}`, value)
    layer(`down${stage}`, planes, 2 * planes)
  }
  for (const [stage, skip] of [...kept.entries()].reverse()) {
    value = graph.upsample(`encoder.upsample${stage}`, value)
    value = graph.node('concat', `encoder.concat${stage}`, [value, skip.value])
    layer(`up${stage}`, planes + skip.planes, skip.planes)
  }
  return graph.conv3('encoder.last', value, planes, channels)
}

function decoder(graph: TriggerBuilder, input: string, { shape, bits, width }: Size): string {
  const [channels, height, columns] = shape
  let [value, planes] = [input, channels]
  let [rows, across] = [height, columns]
  for (let stage = 0; stage < 3; stage++) {
    const to = width * 2 ** stage
    value = graph.relu(`decoder.${stage}.relu`, graph.conv3(`decoder.${stage}`, value, planes, to, 2))
    planes = to
    rows = Math.ceil(rows / 2)
    across = Math.ceil(across / 2)
  }
  const flat = graph.node('flatten', 'decoder.flat', [value])
  return graph.linear('decoder.bits', flat, { in: planes * rows * across, out: bits })
}

/** The encoder with this one message of −1 and 1 in it, from image to image, flattened. */
export function hidingSpec({ graph, tensors }: ModelSpec, message: readonly number[]): ModelSpec {
  const end = 1 + graph.nodes.findIndex(({ name }) => name === TRIGGERED)
  const flat: NodeSpec = { name: 'flat', op: 'flatten', inputs: [TRIGGERED], attributes: {}, parameters: {} }
  const nodes = [...graph.nodes.slice(0, end), flat]
  const bits: TensorData = {
    dtype: 'float32',
    shape: [message.length],
    data: new Uint8Array(Float32Array.from(message).buffer),
  }
  return cut(graph, nodes, { ...tensors, [BITS]: bits }, 'flat')
}

/** The decoder: from image to the logits of the bits. */
export function readingSpec({ graph, tensors }: ModelSpec): ModelSpec {
  const begin = 1 + graph.nodes.findIndex(({ name }) => name === TRIGGERED)
  const nodes = [graph.nodes[0] as NodeSpec, ...graph.nodes.slice(begin)].map(node => ({
    ...node,
    inputs: node.inputs.map(name => (name === TRIGGERED ? INPUT : name)),
  }))
  return cut(graph, nodes, tensors, graph.output)
}

/** A part of a graph, with the tensors that it reads. */
function cut(
  { inputShape }: ModelSpec['graph'],
  nodes: NodeSpec[],
  tensors: ModelSpec['tensors'],
  output: string,
): ModelSpec {
  const read = new Set(nodes.flatMap(({ parameters }) => Object.values(parameters)))
  const kept = Object.entries(tensors).filter(([name]) => read.has(name))
  return { graph: { inputShape, nodes, output }, tensors: Object.fromEntries(kept), quantization: null }
}
