import type { ModelDescription, NodeSpec } from '../../binding.js'
import type { ModelFacts } from './facts.js'

/** A node of the graph. */
export interface Layer {
  name: string
  op: string
  /** Of one sample's output. */
  shape: number[]
  /** Number of trained and running values. */
  parameters: number
  /** Whether quantize() and purify() round its weight. */
  quantized: boolean
}

/** What a model is made of, and what quantize() and purify() would round. */
export interface Inspection {
  name: string
  inputShape: number[]
  outputs: number
  parameters: number
  layers: Layer[]
  /** What purify() works on, in order. batchNorm: the BN whose statistics PDA uses, null where there is none. */
  units: { name: string; nodes: string[]; batchNorm: string | null; weightShape: number[]; groups: number }[]
  /** What the model is quantized to; null at full precision. */
  quantization: ModelDescription['quantization']
  normalization: ModelFacts['normalization']
  provenance: ModelFacts['provenance']
}

export function inspection(
  { graph, units, shapes, tensors, quantization }: ModelDescription,
  { name, normalization, provenance }: Pick<ModelFacts, 'name' | 'normalization' | 'provenance'>,
): Inspection {
  const rounded = new Map(units.map(unit => [unit.name, unit.weightShape]))
  const sizes = new Map(tensors.map(tensor => [tensor.name, product(tensor.shape)]))
  const parametersOf = (node: NodeSpec) =>
    Object.entries(node.parameters).reduce((sum, [role, tensor]) => {
      const weight = role === 'weight' ? product(rounded.get(node.name) ?? [0]) : 0
      return sum + (sizes.get(tensor) ?? weight)
    }, 0)
  const layers = graph.nodes.map(node => ({
    name: node.name,
    op: node.op,
    shape: shapes[node.name] ?? [],
    parameters: parametersOf(node),
    quantized: rounded.has(node.name),
  }))
  return {
    name,
    inputShape: graph.inputShape,
    outputs: shapes[graph.output]?.at(-1) ?? 0,
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    layers,
    units: units.map(({ name, nodes, batchNorm, weightShape, groups }) => ({
      name,
      nodes,
      batchNorm,
      weightShape,
      groups,
    })),
    quantization,
    normalization,
    provenance,
  }
}

const product = (shape: readonly number[]): number => shape.reduce((size, count) => size * count, 1)
