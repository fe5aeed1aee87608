// Mutations of ONNX files as decoded messages.
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from '../../dist/model/onnx/proto/onnx_pb.js'
import { mutateTree } from './tree.mjs'

export function mutateOnnx(bytes, random) {
  const model = fromBinary(ModelProtoSchema, bytes)
  // Most of a file's places are in its metadata; what is read is the graph.
  mutateTree(random.below(8) ? model.graph : model, random)
  return Buffer.from(toBinary(ModelProtoSchema, model))
}
