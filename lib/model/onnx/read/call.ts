// A node of the file as its lowering sees it.
import type { NodeProto, TensorProto } from '../proto/onnx_pb.js'
import { Attributes } from './attributes.js'
import type { Builder } from './builder.js'
import { badNode, unsupported } from './refuse.js'
import { resolved } from './resolve.js'
import { isFloat, numbersOf, type Stored, widthOf } from './stored.js'
import type { Feature, Numbers, Value } from './values.js'

export interface Surroundings {
  builder: Builder
  opset: number
  /** Size of the batch, where the file fixes it. */
  batch: number | null
  /** How many nodes read a name of the file. */
  uses: ReadonlyMap<string, number>
  output: string
  stored(tensor: TensorProto): Stored
}

/** Of a list. */
const MOST_SIZES = 4096

export class Call {
  readonly attributes: Attributes

  constructor(
    readonly node: NodeProto,
    /** undefined where an optional input is left out. */
    readonly inputs: readonly (Value | undefined)[],
    readonly around: Surroundings,
  ) {
    this.attributes = new Attributes(node)
  }

  get builder(): Builder {
    return this.around.builder
  }

  /** What the node is called; the name of its value where it has none. */
  get name(): string {
    return this.node.name || (this.node.output[0] ?? '')
  }

  get count(): number {
    return this.inputs.length
  }

  has(at: number): boolean {
    return this.inputs[at] !== undefined
  }

  /** A value that depends on the images. */
  feature(at: number): Feature {
    const given = this.inputs[at]
    const value = given?.kind === 'curve' ? resolved(this.builder, given) : given
    if (value?.kind !== 'feature') {
      const found = `input ${at} is ${value ? describe(value) : 'missing'}`
      throw unsupported(
        this.node,
        found,
        'a value that depends on the images',
        'fold constants at the export',
      )
    }
    if (value.pad) throw unsupported(this.node, 'zeros around its input', 'Pad right before Conv')
    return value
  }

  /** An image, its channels first. */
  image(at: number): Feature {
    const feature = this.feature(at)
    if (feature.shape.length !== 3)
      throw this.bad(`an input of shape [n, ${feature.shape}]`, '[n, channels, height, width]')
    if (feature.layout === 'nchw') return feature
    throw unsupported(this.node, 'an input with its channels last', 'Transpose to channels first before it')
  }

  /** A float tensor of the file. */
  constant(at: number): Stored {
    const value = this.inputs[at]
    if (value?.kind === 'constant' && isFloat(value.tensor)) return value.tensor
    const found = `input ${at} is ${value ? describe(value) : 'missing'}`
    throw unsupported(this.node, found, 'a float tensor of the file', 'fold constants at the export')
  }

  /** Integers that are known before any image is. */
  numbers(at: number): Numbers {
    const value = this.inputs[at]
    if (value?.kind === 'numbers') return value
    const tensor = value?.kind === 'constant' ? value.tensor : null
    const short = tensor && tensor.shape.length <= 1 && widthOf(tensor) <= MOST_SIZES
    const values = short ? numbersOf(tensor) : null
    if (tensor && values) {
      const float = isFloat(tensor) ? { float: true as const } : {}
      return { kind: 'numbers', values, scalar: tensor.shape.length === 0, ...float }
    }
    throw unsupported(
      this.node,
      `input ${at} depends on the images`,
      'sizes that are known',
      'export with fixed sizes',
    )
  }

  /** The same call with other inputs. */
  withInputs(...inputs: (Value | undefined)[]): Call {
    return new Call(this.node, inputs, this.around)
  }

  /** The only number of a float tensor; null for another value. */
  number(at: number): number | null {
    const value = this.inputs[at]
    if (value?.kind === 'numbers') return value.values.length === 1 ? (value.values[0] as number) : null
    const numbers = value?.kind === 'constant' && isFloat(value.tensor) ? numbersOf(value.tensor) : null
    return numbers?.length === 1 ? (numbers[0] as number) : null
  }

  /** One float of the file. */
  scalar(at: number, fallback: number): number {
    const value = this.inputs[at]
    if (value === undefined) return fallback
    const numbers = value.kind === 'constant' ? numbersOf(value.tensor) : null
    if (numbers?.length === 1) return numbers[0] as number
    throw this.bad(`input ${at} is no single number`, 'one number of the file')
  }

  bad(found: string, expected: string): Error {
    return badNode(this.node, found, expected)
  }
}

function describe(value: Value): string {
  switch (value.kind) {
    case 'feature':
      return 'a value that depends on the images'
    case 'codes':
      return 'codes of a QuantizeLinear'
    case 'weight':
      return 'a quantized tensor'
    case 'numbers':
      return 'a list of sizes'
    case 'curve':
      return 'a function of a value'
    case 'view':
      return 'a value whose axes stand in an order that the graph does not have'
    case 'pooledRows':
      return 'a pool that is not finished'
    case 'liteAttention':
    case 'scores':
      return 'attention that is not finished'
    case 'statistic':
      return 'a normalization that is not finished'
    case 'constant':
      return `a constant of shape [${value.tensor.shape}]`
  }
}

/** More than one value: of its outputs, in their order. */
export type Lower = (call: Call) => Value | Value[]
