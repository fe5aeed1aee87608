// The file: a ModelProto, its tensors inside it, or beside it where they would not fit.
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { type Part, writeTogether } from '../../../files.js'
import { version } from '../../../version.js'
import type { ModelContent } from '../../file.js'
import {
  GraphProtoSchema,
  TensorProto_DataLocation as Location,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.js'
import { DataType, type StoredTensor } from '../tensor.js'
import { type Shapes, type WrittenGraph, writeGraph } from './graph.js'
import { metadataOf } from './metadata.js'

/** A protobuf file ends at 2 GB; tensors beyond this go into a file beside it. */
const MOST_INSIDE = 1.5 * 2 ** 30
/** Where each tensor of that file begins: at a multiple of it. */
const ALIGNMENT = 64

/**
 * Writes PATH, and PATH.data with it where the tensors have more than `mostInside` bytes; they appear whole or not at
 * all. The same model gives the same bytes.
 */
export async function saveOnnx(
  path: string,
  content: ModelContent,
  shapes: Shapes,
  mostInside: number = MOST_INSIDE,
): Promise<void> {
  const written = writeGraph(content.spec, shapes)
  const tensors = [...written.writer.constants]
  const inside = tensors.reduce((sum, [, { data }]) => sum + data.length, 0) <= mostInside
  const beside = inside ? null : `${path}.data`
  const initializers = beside ? outside(tensors, basename(beside)) : tensors.map(tensorWithData)
  const bytes = toBinary(ModelProtoSchema, modelOf(content, shapes, written, initializers))
  const parts: Part[] = [{ path, write: file => file.writeFile(bytes) }]
  if (beside) parts.unshift({ path: beside, write: file => writeAligned(file, tensors) })
  await writeTogether(parts)
}

type Named = [name: string, tensor: StoredTensor]

const described = ([name, { type, shape }]: Named) => ({ name, dataType: type, dims: shape.map(BigInt) })

const tensorWithData = (named: Named): TensorProto =>
  create(TensorProtoSchema, { ...described(named), rawData: named[1].data })

function outside(tensors: Named[], location: string): TensorProto[] {
  let offset = 0
  return tensors.map(named => {
    const where = { location, offset, length: named[1].data.length }
    offset = aligned(offset + where.length)
    const externalData = Object.entries(where).map(([key, value]) => ({ key, value: String(value) }))
    return create(TensorProtoSchema, {
      ...described(named),
      dataLocation: Location.EXTERNAL,
      externalData,
    })
  })
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT

async function writeAligned(file: FileHandle, tensors: Named[]): Promise<void> {
  for (const [, { data }] of tensors) {
    await file.writeFile(data)
    await file.writeFile(new Uint8Array(aligned(data.length) - data.length))
  }
}

function modelOf(
  { spec, facts }: ModelContent,
  shapes: Shapes,
  { writer, input, output }: WrittenGraph,
  initializer: TensorProto[],
) {
  // 4-bit types came with opset 21. Without them an older one serves more runtimes.
  const narrow = initializer.some(({ dataType }) => dataType === DataType.INT4 || dataType === DataType.UINT4)
  const graph = create(GraphProtoSchema, {
    name: 'model',
    node: writer.nodes,
    initializer,
    input: [imageOf(input, spec.graph.inputShape)],
    output: [imageOf(output, shapes[spec.graph.output] ?? [])],
  })
  return create(ModelProtoSchema, {
    irVersion: narrow ? 10n : 8n,
    opsetImport: [{ domain: '', version: narrow ? 21n : 17n }],
    producerName: 'shellac',
    producerVersion: version,
    graph,
    metadataProps: metadataOf(spec, facts),
  })
}

/** A value whose first axis is the batch. */
const imageOf = (name: string, shape: readonly number[]) => {
  const sizes = shape.map(size => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }))
  const dim = [{ value: { case: 'dimParam' as const, value: 'batch' } }, ...sizes]
  const type: MessageInitShape<typeof ValueInfoProtoSchema>['type'] = {
    value: { case: 'tensorType', value: { elemType: DataType.FLOAT, shape: { dim } } },
  }
  return create(ValueInfoProtoSchema, { name, type })
}
