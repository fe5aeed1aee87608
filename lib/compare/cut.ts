import type { GraphSpec, ModelSpec, NodeSpec } from '../../binding.js'

/** The nodes that a value is made of, itself among them. */
export function ancestors({ nodes }: Pick<GraphSpec, 'nodes'>, value: string): ReadonlySet<string> {
  const wanted = new Set([value])
  // Nodes read only what stands before them, so one look from the end is enough.
  for (const node of [...nodes].reverse())
    if (wanted.has(node.name)) for (const input of node.inputs) wanted.add(input)
  return wanted
}

/** The part of a model that makes one value, flat, as its output. */
export function cutAt({ graph, tensors, quantization }: ModelSpec, value: string, rank: number): ModelSpec {
  const names = ancestors(graph, value)
  const kept = graph.nodes.filter(node => names.has(node.name))
  const flat: NodeSpec = {
    name: `${value}:flat`,
    op: 'flatten',
    inputs: [value],
    attributes: {},
    parameters: {},
  }
  const nodes = rank > 1 ? [...kept, flat] : kept
  const read = new Set(kept.flatMap(node => Object.values(node.parameters)))
  return {
    graph: { ...graph, nodes, output: nodes.at(-1)?.name ?? value },
    tensors: only(tensors, name => read.has(name)),
    quantization: quantization && {
      ...quantization,
      weights: only(quantization.weights, name => names.has(name)),
      activations: only(quantization.activations, name => names.has(name)),
    },
  }
}

const only = <T>(record: Record<string, T>, keep: (name: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => keep(name)))
