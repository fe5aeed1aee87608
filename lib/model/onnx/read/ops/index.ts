// Which op of ONNX becomes what.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import type { Value } from '../values.js'
import * as elementwise from './elementwise.js'
import * as layers from './layers.js'
import { nearestOp } from './nearest.js'
import * as pools from './pools.js'
import { dequantizeLinear, quantizeLinear } from './quantize.js'
import * as reshape from './reshape.js'
import * as sizes from './sizes.js'

const LOWERINGS: Readonly<Record<string, Lower>> = {
  Conv: layers.conv,
  Gemm: layers.gemm,
  MatMul: layers.matMul,
  BatchNormalization: layers.batchNormalization,
  Relu: elementwise.simple('relu'),
  Clip: elementwise.clip,
  HardSwish: elementwise.simple('hardswish'),
  HardSigmoid: elementwise.hardSigmoid,
  Gelu: elementwise.simple('gelu', call => ({
    tanh: call.attributes.text('approximate', 'none') === 'tanh',
  })),
  Softmax: elementwise.softmax,
  LogSoftmax: elementwise.softmax,
  Add: elementwise.add,
  Sub: elementwise.subtract,
  Mul: elementwise.multiply,
  Div: elementwise.divide,
  Identity: elementwise.alias,
  Dropout: elementwise.dropout,
  Cast: elementwise.cast,
  MaxPool: pools.maxPool,
  AveragePool: pools.averagePool,
  GlobalAveragePool: pools.globalAveragePool,
  ReduceMean: pools.reduceMean,
  Pad: pools.pad,
  Flatten: reshape.flatten,
  Reshape: reshape.reshape,
  Squeeze: reshape.squeeze,
  Unsqueeze: reshape.unsqueeze,
  Transpose: reshape.transpose,
  Shape: sizes.shape,
  Gather: sizes.gather,
  Concat: sizes.concat,
  Slice: sizes.slice,
  ConstantOfShape: sizes.constantOfShape,
  Constant: sizes.constant,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
}

/** Throws ERR_UNSUPPORTED_OP, by name, with what comes closest. */
export function lower(call: Call): Value {
  const { opType, domain } = call.node
  const standard = domain === '' || domain === 'ai.onnx'
  const known = standard && Object.hasOwn(LOWERINGS, opType) ? LOWERINGS[opType] : undefined
  if (known) return known(call)
  const found = `op "${standard ? '' : `${domain.slice(0, 100)}.`}${opType.slice(0, 100)}"`
  const { nearest, remedy } = nearestOp(opType, Object.keys(LOWERINGS))
  throw unsupported(call.node, found, nearest, remedy)
}
