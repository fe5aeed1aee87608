// A model as an ONNX graph: nodes in the same order, BN of a quantized model folded, quantizers as QDQ pairs.
import type { GraphSpec, ModelSpec, NodeSpec } from '../../../../binding.js'
import { DataType, floatsOf, floatVector } from '../tensor.js'
import { type FoldedWeight, foldBatchNorm, type ReadParameter, weightOf } from './fold.js'
import { GraphWriter } from './graph-writer.js'
import { integerReady } from './integer.js'
import { writeOp } from './ops.js'
import { writeBias, writeRounding, writeWeight } from './quantizers.js'

/** Of one sample, by node name. */
export type Shapes = Readonly<Record<string, readonly number[]>>

export interface WrittenGraph {
  writer: GraphWriter
  input: string
  output: string
}

export function writeGraph(spec: ModelSpec, shapes: Shapes): WrittenGraph {
  return new GraphConversion(spec, shapes).run()
}

class GraphConversion {
  readonly #writer = new GraphWriter()
  readonly #spec: ModelSpec
  readonly #shapes: Shapes
  /** By node name, what others read. */
  readonly #values = new Map<string, string>()
  /** By tensor name. */
  readonly #floats = new Map<string, string>()
  /** BN that is folded away, by the conv or linear before it. */
  readonly #folded: Map<string, NodeSpec>

  constructor(spec: ModelSpec, shapes: Shapes) {
    this.#spec = spec
    this.#shapes = shapes
    this.#folded = foldable(spec)
  }

  run(): WrittenGraph {
    const { graph } = this.#spec
    const input = this.#writer.unique('input')
    const output = this.#writer.unique('logits')
    const gone = new Map([...this.#folded].map(([node, norm]) => [norm.name, node]))
    for (const node of graph.nodes) {
      const source = gone.get(node.name)
      if (source !== undefined) {
        this.#values.set(node.name, this.#value(source))
        continue
      }
      const last = node.name === graph.output || this.#folded.get(node.name)?.name === graph.output
      this.#write(node, node.op === 'input' ? input : null, last ? output : null)
    }
    return { writer: this.#writer, input, output }
  }

  /** Writes one node and the rounding of its value. `output`: the name that the model's output is to have. */
  #write(node: NodeSpec, input: string | null, output: string | null): void {
    const end = this.#folded.get(node.name) ?? node
    const rounding = this.#spec.quantization?.activations[end.name]
    const name = output ?? this.#writer.unique(input && rounding ? `${node.name}_rounded` : node.name)
    const raw = input ?? (rounding ? this.#writer.unique(`${name}_raw`) : name)
    if (!input) this.#op(node, raw)
    if (rounding) writeRounding(this.#writer, raw, name, rounding)
    this.#values.set(node.name, rounding || !input ? name : input)
  }

  #op(node: NodeSpec, output: string): void {
    const weight = this.#weight(node)
    if (!weight) {
      this.#call(node, output, role => this.#float(node.parameters[role]))
      return
    }
    const codes = integerReady(weight, this.#spec.quantization?.activations[node.inputs[0] ?? ''])
    const parts: Record<string, string | undefined> = {
      weight: writeWeight(this.#writer, node.parameters.weight ?? `${node.name}.weight`, codes.weight),
    }
    const name = node.parameters.bias ?? `${node.name}.bias`
    const own = codes.bias === 'outside' ? this.#writer.unique(`${output}_product`) : output
    if (weight.bias && codes.bias !== 'outside') {
      parts.bias =
        codes.bias === 'float'
          ? this.#writer.constant(name, floatVector(weight.bias))
          : writeBias(this.#writer, name, codes.bias)
    }
    this.#call(node, own, role => parts[role], weight.shape)
    if (own !== output) {
      const shape = [weight.shape[0] ?? 1, ...new Array<number>(weight.shape.length - 2).fill(1)]
      const bias = this.#writer.constant(name, { ...floatVector(weight.bias ?? []), shape })
      this.#writer.nodeInto('Add', [own, bias], output)
    }
  }

  #call(
    node: NodeSpec,
    output: string,
    parameter: (role: string) => string | undefined,
    weightShape?: readonly number[],
  ): void {
    writeOp({
      writer: this.#writer,
      node,
      inputs: node.inputs.map(name => this.#value(name)),
      inputShapes: node.inputs.map(name => this.#shapes[name] ?? []),
      shape: this.#shapes[node.name] ?? [],
      output,
      parameter,
      parameterShape: role =>
        (role === 'weight' && weightShape) || this.#spec.tensors[node.parameters[role] ?? '']?.shape || [],
    })
  }

  /** The codes of a quantized conv or linear with the BN behind it; null where the weight is float. */
  #weight(node: NodeSpec): FoldedWeight | null {
    const weight = this.#spec.quantization?.weights[node.name]
    if (!weight) return null
    const own = weightOf(weight, this.#read(node, 'bias'))
    const norm = this.#folded.get(node.name)
    return norm ? foldBatchNorm(own, norm, this.#read) : own
  }

  readonly #read: ReadParameter = (node, role) => {
    const tensor = this.#spec.tensors[node.parameters[role] ?? '']
    return tensor ? floatsOf(tensor.data) : null
  }

  #float(name: string | undefined): string | undefined {
    const tensor = name === undefined ? undefined : this.#spec.tensors[name]
    if (name === undefined || !tensor) return undefined
    const known = this.#floats.get(name)
    if (known !== undefined) return known
    const written = this.#writer.constant(name, { ...tensor, type: DataType.FLOAT })
    this.#floats.set(name, written)
    return written
  }

  #value(node: string): string {
    return this.#values.get(node) ?? node
  }
}

/** BN directly behind a quantized conv or linear whose value nothing else reads and nothing rounds. */
function foldable({ graph, quantization }: ModelSpec): Map<string, NodeSpec> {
  const found = new Map<string, NodeSpec>()
  if (!quantization) return found
  const readers = readersOf(graph)
  for (const node of graph.nodes) {
    const [norm, ...others] = readers.get(node.name) ?? []
    if (!norm || others.length > 0 || norm.op !== 'batchNorm2d' || node.name === graph.output) continue
    if (
      Object.hasOwn(quantization.weights, node.name) &&
      !Object.hasOwn(quantization.activations, node.name)
    ) {
      found.set(node.name, norm)
    }
  }
  return found
}

function readersOf({ nodes }: GraphSpec): Map<string, NodeSpec[]> {
  const readers = new Map<string, NodeSpec[]>()
  for (const node of nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node])
  }
  return readers
}
