// Collects the graph that an ONNX file is turned into. Tensors are read at the end, one after the other.
import type { NodeSpec, QuantizerSpec, TensorData } from '../../../../binding.js'
import type { Pace } from '../../../pace.js'
import { toFloat32Paced } from '../../state-dict/floats.js'
import { badFile } from './refuse.js'
import { DTYPE, type Stored, widthOf } from './stored.js'
import type { Curve, Feature } from './values.js'

type ReadTensor = (pace: Pace) => Promise<TensorData>

export interface PendingWeight {
  quantizer: QuantizerSpec
  codes: ReadTensor
}

const MOST_NODES = 20_000

export class Builder {
  readonly #nodes = new Map<string, NodeSpec>()
  readonly tensors = new Map<string, ReadTensor>()
  readonly weights = new Map<string, PendingWeight>()
  readonly activations = new Map<string, QuantizerSpec>()
  /** What functions of features became. */
  readonly curves = new Map<Curve, Feature>()
  readonly #nodeNames = new Names()
  readonly #tensorNames = new Names()
  readonly #floats = new Map<Stored, string>()
  #budget: number

  /** budget: bytes that all tensors of the graph may have together. */
  constructor(
    private readonly file: string,
    budget: number,
  ) {
    this.#budget = budget
  }

  get nodes(): NodeSpec[] {
    return [...this.#nodes.values()]
  }

  /** Adds a node; `shape` is that of its value. */
  add(
    wanted: string,
    op: string,
    inputs: readonly Feature[],
    shape: readonly number[],
    { attributes = {}, parameters = {} }: Partial<Pick<NodeSpec, 'attributes' | 'parameters'>> = {},
  ): Feature {
    if (this.#nodes.size >= MOST_NODES)
      throw badFile(this.file, 'too large a graph', `${MOST_NODES} nodes at most`)
    const name = this.#nodeNames.give(wanted)
    this.#nodes.set(name, { name, op, inputs: inputs.map(({ node }) => node), attributes, parameters })
    const layout = shape.length === 3 ? (inputs[0]?.layout ?? 'nchw') : 'nchw'
    return { kind: 'feature', node: name, shape, layout, alias: false }
  }

  nodeOf(name: string): NodeSpec | undefined {
    return this.#nodes.get(name)
  }

  /** Keeps a float tensor under a name like its own; gives the name. A tensor that is met again keeps its first. */
  float(wanted: string, tensor: Stored): string {
    const known = this.#floats.get(tensor)
    if (known !== undefined) return known
    this.spend(widthOf(tensor))
    const name = this.reserve(tensor.name || wanted)
    this.#floats.set(tensor, name)
    this.tensors.set(name, pace => floatData(tensor, pace))
    return name
  }

  /** A name for a tensor that `tensors` or `weights` will have. */
  reserve(wanted: string): string {
    return this.#tensorNames.give(wanted)
  }

  /** Takes so many bytes; a small file that would make many tensors of a few is found out before they are made. */
  spend(bytes: number): void {
    this.#budget -= bytes
    if (this.#budget >= 0) return
    throw badFile(
      this.file,
      'a graph whose tensors are much larger than the file',
      'as many numbers as it stores',
    )
  }
}

/** Names like the wanted ones, each given once. */
class Names {
  readonly #given = new Map<string, number>()

  give(wanted: string): string {
    const plain = clean(wanted)
    let count = this.#given.get(plain) ?? 0
    let free = plain
    while (this.#given.has(free)) free = `${plain}_${++count + 1}`
    this.#given.set(plain, count)
    if (free !== plain) this.#given.set(free, 0)
    return free
  }
}

async function floatData(tensor: Stored, pace: Pace): Promise<TensorData> {
  const bytes = await tensor.read()
  const floats = await toFloat32Paced(DTYPE[tensor.type] ?? '', new Uint8Array(bytes), pace)
  return { dtype: 'float32', shape: [...tensor.shape], data: new Uint8Array(floats.buffer) }
}

/** Exporters name nodes like files of a folder, and ':' is kept for Shellac's own names. */
function clean(name: string): string {
  const plain = name.replace(/^\/+/, '').replaceAll('/', '.').replaceAll(':', '.').slice(0, 400)
  return plain === '' || plain === '__metadata__' ? 'value' : plain
}
