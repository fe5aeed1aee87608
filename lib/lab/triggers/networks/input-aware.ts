// The two networks of an input-aware trigger, and the trigger that they make (Nguyen and Tran, 2020).
import type { ModelSpec, NodeSpec } from '../../../../binding.js'
import { halvings, type ImageShape, INPUT, specOf, TriggerBuilder } from './pieces.js'

export interface NetworkSize {
  shape: ImageShape
  /** Channels of the first stage; each later one has twice as many. */
  width: number
  seed: number
}

const STAGES = 3
const SMALLEST = 4

/** A pattern for each image, [channels, h, w] in 0 .. 1, flattened. */
export const generatorSpec = (size: NetworkSize): Promise<ModelSpec> =>
  encoderDecoder('generator', size.shape[0], size, (_, value) => value)

/** Where the pattern goes, [1, h, w] in 0 .. 1, flattened: tanh(20m − 10)/2 + ½ makes it almost 0 or 1. */
export const maskSpec = (size: NetworkSize): Promise<ModelSpec> =>
  encoderDecoder('mask', 1, size, (graph, value) =>
    graph.halfTanh('mask.binary', graph.affine('mask.steep', value, 20, -10)),
  )

const imageOf = ({ graph }: ModelSpec): string => {
  const last = graph.nodes.at(-1) as NodeSpec
  return last.inputs[0] as string
}

/** x + (g(x) − x)·m(x), of networks that generatorSpec() and maskSpec() began. */
export function triggerSpec(generator: ModelSpec, mask: ModelSpec): ModelSpec {
  const node = (name: string, op: string, inputs: string[], attributes = {}): NodeSpec => ({
    ...{ name, op, inputs, attributes },
    parameters: {},
  })
  const nodes = [
    ...generator.graph.nodes.slice(0, -1),
    ...mask.graph.nodes.slice(1, -1),
    node('negative', 'affine', [INPUT], { factor: -1, shift: 0 }),
    node('difference', 'add', [imageOf(generator), 'negative']),
    node('patch', 'multiply', ['difference', imageOf(mask)]),
    node('triggered', 'add', [INPUT, 'patch']),
    node('flat', 'flatten', ['triggered']),
  ]
  const tensors = { ...generator.tensors, ...mask.tensors }
  return { graph: { ...generator.graph, nodes, output: 'flat' }, tensors, quantization: null }
}

async function encoderDecoder(
  name: string,
  channels: number,
  { shape, width, seed }: NetworkSize,
  finish: (graph: TriggerBuilder, image: string) => string,
): Promise<ModelSpec> {
  const graph = new TriggerBuilder()
  const stages = halvings(shape, STAGES, SMALLEST)
  let value = graph.node('input', INPUT, [])
  let planes: number = shape[0]
  const block = (place: string, to: number) => {
    value = graph.convBnRelu(`${name}.${place}`, value, planes, to)
    planes = to
  }
  for (let stage = 0; stage < stages; stage++) {
    block(`down${stage}.0`, width * 2 ** stage)
    block(`down${stage}.1`, planes)
    value = graph.pool(`${name}.pool${stage}`, value)
  }
  block('middle', width * 2 ** Math.max(0, stages - 1))
  for (let stage = stages - 1; stage >= 0; stage--) {
    value = graph.upsample(`${name}.upsample${stage}`, value)
    block(`up${stage}.0`, planes)
    block(`up${stage}.1`, width * 2 ** Math.max(0, stage - 1))
  }
  const logits = graph.conv3(`${name}.last`, value, planes, channels)
  const image = finish(graph, graph.halfTanh(`${name}.image`, logits))
  const output = graph.node('flatten', `${name}.flat`, [image])
  return specOf(await graph.build([...shape], output, seed))
}
