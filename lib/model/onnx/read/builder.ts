// Collects the graph that an ONNX file is turned into. Tensors are read at the end, one after the other.
import type { NodeSpec, QuantizerSpec, TensorData } from '../../../../binding.js'
import { toFloat32 } from '../../state-dict/floats.js'
import { DTYPE, type Stored } from './stored.js'
import type { Feature } from './values.js'

type ReadTensor = () => Promise<TensorData>

export interface PendingWeight {
  quantizer: QuantizerSpec
  codes: ReadTensor
}

export class Builder {
  readonly nodes: NodeSpec[] = []
  readonly tensors = new Map<string, ReadTensor>()
  readonly weights = new Map<string, PendingWeight>()
  readonly activations = new Map<string, QuantizerSpec>()
  readonly #nodeNames = new Set<string>()

  /** A name for a node, like the wanted one and given once. */
  #unique(wanted: string): string {
    const plain = clean(wanted)
    let free = plain
    for (let count = 2; this.#nodeNames.has(free); count++) free = `${plain}_${count}`
    this.#nodeNames.add(free)
    return free
  }

  /** Adds a node; `shape` is that of its value. */
  add(
    wanted: string,
    op: string,
    inputs: readonly Feature[],
    shape: readonly number[],
    { attributes = {}, parameters = {} }: Partial<Pick<NodeSpec, 'attributes' | 'parameters'>> = {},
  ): Feature {
    const name = this.#unique(wanted)
    this.nodes.push({ name, op, inputs: inputs.map(({ node }) => node), attributes, parameters })
    const layout = shape.length === 3 ? (inputs[0]?.layout ?? 'nchw') : 'nchw'
    return { kind: 'feature', node: name, shape, layout, alias: false }
  }

  nodeOf(name: string): NodeSpec | undefined {
    return this.nodes.find(node => node.name === name)
  }

  /** Keeps a float tensor under a name like its own; gives the name. A tensor that is met again keeps its first. */
  float(wanted: string, tensor: Stored): string {
    const known = this.#floats.get(tensor)
    if (known !== undefined) return known
    const name = this.reserve(tensor.name || wanted)
    this.#floats.set(tensor, name)
    this.tensors.set(name, () => floatData(tensor))
    return name
  }
  readonly #floats = new Map<Stored, string>()
  readonly #reserved = new Set<string>()

  /** A name for a tensor that `tensors` or `weights` will have. */
  reserve(wanted: string): string {
    const plain = clean(wanted)
    let free = plain
    for (let count = 2; this.#reserved.has(free); count++) free = `${plain}_${count}`
    this.#reserved.add(free)
    return free
  }
}

async function floatData(tensor: Stored): Promise<TensorData> {
  const bytes = await tensor.read()
  const floats = toFloat32(DTYPE[tensor.type] ?? '', new Uint8Array(bytes))
  return { dtype: 'float32', shape: [...tensor.shape], data: new Uint8Array(floats.buffer) }
}

/** Exporters name nodes like files of a folder, and ':' is kept for Shellac's own names. */
function clean(name: string): string {
  const plain = name.replace(/^\/+/, '').replaceAll('/', '.').replaceAll(':', '.').slice(0, 400)
  return plain === '' || plain === '__metadata__' ? 'value' : plain
}
