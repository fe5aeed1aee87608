import type { DescMessage } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { type ModelProto, ModelProtoSchema } from '../proto/onnx_pb.js'
import { badFile } from './refuse.js'

const MOST_MESSAGES = 1_000_000
const DEEPEST = 24

/** Decodes a ModelProto that nobody vouches for: messages are counted before an object is made of any. */
export function decodeModel(file: string, bytes: Uint8Array): ModelProto {
  try {
    const budget = { left: MOST_MESSAGES }
    count(bytes, ModelProtoSchema, budget, DEEPEST)
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false, recursionLimit: DEEPEST + 1 })
  } catch (error) {
    throw badFile(file, `no ONNX model (${(error as Error).message.slice(0, 200)})`, 'a ModelProto')
  }
}

function count(bytes: Uint8Array, message: DescMessage, budget: { left: number }, depth: number): void {
  if (depth === 0) throw new Error(`nesting deeper than ${DEEPEST}`)
  if (--budget.left < 0) throw new Error(`more than ${MOST_MESSAGES} messages`)
  const children = childrenOf(message)
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    const child = wireType === WireType.LengthDelimited ? children.get(field) : undefined
    if (child) count(reader.bytes(), child, budget, depth - 1)
    else reader.skip(wireType, field)
  }
}

/** Field number to type, of the fields that are messages. */
function childrenOf(message: DescMessage): Map<number, DescMessage> {
  const known = childrenByType.get(message.typeName)
  if (known) return known
  const children = new Map<number, DescMessage>()
  for (const field of message.fields) if (field.message) children.set(field.number, field.message)
  childrenByType.set(message.typeName, children)
  return children
}

const childrenByType = new Map<string, Map<number, DescMessage>>()
