import { create } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  type NodeProto,
  NodeProtoSchema,
} from '../proto/onnx_pb.js'
import type { StoredTensor } from '../tensor.js'

export type AttributeValue = number | string | readonly number[] | { float: number }

/** Collects the nodes and constants of an ONNX graph under names that are given once. */
export class GraphWriter {
  readonly nodes: NodeProto[] = []
  readonly constants = new Map<string, StoredTensor>()
  readonly #names = new Set<string>()

  /** The name, or one like it where it is taken. */
  unique(name: string): string {
    let free = name
    for (let count = 2; this.#names.has(free); count++) free = `${name}_${count}`
    this.#names.add(free)
    return free
  }

  /** Gives the tensor's name. */
  constant(name: string, tensor: StoredTensor): string {
    const free = this.unique(name)
    this.constants.set(free, tensor)
    return free
  }

  /** Gives the name of the value that the node makes: `output`, or one like it where it is taken. */
  node(
    type: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, AttributeValue> = {},
  ): string {
    const value = this.unique(output)
    this.nodeInto(type, inputs, value, attributes)
    return value
  }

  /** The same for a name that unique() has given. */
  nodeInto(
    type: string,
    inputs: readonly string[],
    value: string,
    attributes: Record<string, AttributeValue> = {},
  ): void {
    const attribute = Object.entries(attributes).map(([name, content]) => attributeOf(name, content))
    this.nodes.push(
      create(NodeProtoSchema, { opType: type, name: value, input: [...inputs], output: [value], attribute }),
    )
  }
}

function attributeOf(name: string, value: AttributeValue) {
  const content = () => {
    if (typeof value === 'number') return { type: Kind.INT, i: BigInt(value) }
    if (typeof value === 'string') return { type: Kind.STRING, s: new TextEncoder().encode(value) }
    if ('float' in value) return { type: Kind.FLOAT, f: value.float }
    return { type: Kind.INTS, ints: value.map(BigInt) }
  }
  return create(AttributeProtoSchema, { name, ...content() })
}
