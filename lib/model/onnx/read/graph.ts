// An ONNX graph becomes Shellac's: node after node, from the one input to the one output. What the output does not
// depend on is left out.
import type { GraphProto, NodeProto, ValueInfoProto } from '../proto/onnx_pb.js'
import { Builder } from './builder.js'
import { Call } from './call.js'
import { lower } from './ops/index.js'
import { badFile, badNode } from './refuse.js'
import { resolved } from './resolve.js'
import { type ReadOutside, type Stored, storedOf } from './stored.js'
import type { Feature, Value } from './values.js'

const MOST_NODES = 20_000
const MOST_INPUTS = 1024

export interface ReadGraph {
  builder: Builder
  inputShape: number[]
  output: string
}

export interface Source {
  file: string
  opset: number
  /** [channels, height, width], where the caller says it. */
  inputShape: readonly number[] | null
  outside: ReadOutside
  /** Bytes that the graph's tensors may have together. */
  budget: number
}

export function readGraph(graph: GraphProto, source: Source): ReadGraph {
  const { file } = source
  const [output, ...others] = graph.output
  if (!output || others.length > 0) throw badFile(file, `${graph.output.length} outputs`, 'one: the logits')
  const needed = neededNodes(file, graph.node, output.name)
  const stored = (tensor: Parameters<typeof storedOf>[1]) => storedOf(file, tensor, source.outside)
  const values = new Map<string, Value>()
  for (const tensor of graph.initializer)
    values.set(tensor.name, { kind: 'constant', tensor: stored(tensor) })
  const inputs = graph.input.filter(({ name }) => !values.has(name))
  const [input] = inputs
  if (!input || inputs.length > 1) throw badFile(file, `${inputs.length} inputs`, 'one: the images')
  const builder = new Builder(file, source.budget)
  const { shape, layout, batch } = imageOf(source, input, needed)
  values.set(input.name, { ...builder.add(input.name, 'input', [], shape), layout })

  const around = { builder, opset: source.opset, batch, uses: usesOf(needed), output: output.name, stored }
  for (const node of needed) {
    const call = new Call(
      node,
      node.input.map(name => known(node, name, values)),
      around,
    )
    const made = lower(call)
    if (!Array.isArray(made)) values.set(node.output[0] ?? '', made)
    else for (const [at, value] of made.entries()) values.set(node.output[at] ?? '', value)
  }
  const last = values.get(output.name)
  const end = last?.kind === 'curve' ? resolved(builder, last) : last
  if (end?.kind !== 'feature')
    throw badFile(file, `output "${output.name.slice(0, 200)}"`, 'a value that a node makes')
  return { builder, inputShape: [...shape], output: plain(file, end).node }
}

function plain(file: string, end: Feature): Feature {
  if (!end.pad) return end
  throw badFile(file, 'a Pad as the last node', 'logits')
}

function known(node: NodeProto, name: string, values: ReadonlyMap<string, Value>): Value | undefined {
  if (name === '') return undefined
  const value = values.get(name)
  if (value) return value
  throw badNode(node, `it reads ${JSON.stringify(name.slice(0, 200))}`, 'a value that is made before it')
}

/** In their order, the nodes that the output depends on. */
function neededNodes(file: string, nodes: readonly NodeProto[], output: string): NodeProto[] {
  if (nodes.length > MOST_NODES) throw badFile(file, `${nodes.length} nodes`, `${MOST_NODES} at most`)
  const wanted = new Set([output])
  const needed: NodeProto[] = []
  for (const node of [...nodes].reverse()) {
    if (node.input.length > MOST_INPUTS)
      throw badNode(node, `${node.input.length} inputs`, `${MOST_INPUTS} at most`)
    if (!node.output.some(name => name !== '' && wanted.has(name))) continue
    for (const name of node.input) wanted.add(name)
    needed.push(node)
  }
  return needed.reverse()
}

function usesOf(nodes: readonly NodeProto[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const { input } of nodes) for (const name of input) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

/** The images' shape; channels last where the first that is done with them is to bring the channels to the front. */
function imageOf(source: Source, input: ValueInfoProto, nodes: readonly NodeProto[]) {
  const readers = nodes.filter(node => node.input.includes(input.name))
  const last = readers.length > 0 && readers.every(isToChannelsFirst)
  const type = input.type?.value
  const dims = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : []
  const sizes = dims.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : null))
  const [batch = null, ...rest] = sizes
  const own = last && rest.length === 3 ? [rest[2], rest[0], rest[1]] : rest
  const shape = source.inputShape ?? own
  if (dims.length !== 0 && dims.length !== 4) {
    throw badFile(source.file, `an input of ${dims.length} axes`, '[n, channels, height, width]')
  }
  if (
    shape.length !== 3 ||
    !shape.every((size): size is number => typeof size === 'number' && size >= 1 && size <= 65_536)
  ) {
    throw badFile(
      source.file,
      'an input whose size it does not say',
      '{ inputShape: [channels, height, width] }',
    )
  }
  return { shape: shape as number[], layout: last ? ('nhwc' as const) : ('nchw' as const), batch }
}

const isToChannelsFirst = ({ opType, attribute }: NodeProto): boolean =>
  opType === 'Transpose' && attribute.some(({ name, ints }) => name === 'perm' && ints.join() === '0,3,1,2')

export type { Stored }
