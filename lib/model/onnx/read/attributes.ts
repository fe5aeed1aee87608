import type { AttributeProto, NodeProto, TensorProto } from '../proto/onnx_pb.js'
import { AttributeProto_AttributeType as Kind } from '../proto/onnx_pb.js'
import { badNode } from './refuse.js'

/** A node's attributes by name, each refused when it is of another type than is asked for. */
export class Attributes {
  readonly #byName: Map<string, AttributeProto>

  constructor(private readonly node: NodeProto) {
    this.#byName = new Map(node.attribute.map(attribute => [attribute.name, attribute]))
  }

  integer(name: string, fallback: number): number {
    const found = this.#get(name, Kind.INT)
    return found ? this.#safe(name, found.i) : fallback
  }

  number(name: string, fallback: number): number {
    return this.#get(name, Kind.FLOAT)?.f ?? fallback
  }

  text(name: string, fallback: string): string {
    const found = this.#get(name, Kind.STRING)
    return found ? new TextDecoder().decode(found.s.subarray(0, 200)) : fallback
  }

  integers(name: string): number[] | null {
    const found = this.#get(name, Kind.INTS)
    if (!found) return null
    if (found.ints.length > 64)
      throw badNode(this.node, `${found.ints.length} numbers for "${name}"`, '64 at most')
    return found.ints.map(value => this.#safe(name, value))
  }

  tensor(name: string): TensorProto | null {
    return this.#get(name, Kind.TENSOR)?.t ?? null
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  #get(name: string, type: Kind): AttributeProto | null {
    const found = this.#byName.get(name)
    if (!found) return null
    if (found.type === type && found.refAttrName === '') return found
    throw badNode(this.node, `attribute "${name}" of type ${Kind[found.type] ?? found.type}`, Kind[type])
  }

  #safe(name: string, value: bigint): number {
    const number = Number(value)
    if (Number.isSafeInteger(number)) return number
    throw badNode(this.node, `attribute "${name}" is ${value}`, 'a smaller number')
  }
}
