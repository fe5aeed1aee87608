// Which op of ONNX becomes what.
import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import type { Value } from '../values.js'
import { attentionOp } from './attention.js'
import * as curves from './curves.js'
import * as elementwise from './elementwise.js'
import { layerNormalization, squares } from './layer-norm.js'
import * as layers from './layers.js'
import { sumOfKeys } from './lite-attention.js'
import { nearestOp } from './nearest.js'
import * as pools from './pools.js'
import { onCodes, QOPERATORS, worksOnCodes } from './qoperator.js'
import { dequantizeLinear, quantizeLinear } from './quantize.js'
import * as reshape from './reshape.js'
import * as sizes from './sizes.js'
import { expand } from './tokens.js'
import { split } from './views.js'

const LOWERINGS: Readonly<Record<string, Lower>> = {
  Conv: layers.conv,
  Gemm: layers.gemm,
  MatMul: layers.matMul,
  LayerNormalization: layerNormalization,
  Attention: attentionOp,
  BatchNormalization: layers.batchNormalization,
  Relu: elementwise.relu,
  Clip: elementwise.clip,
  HardSwish: elementwise.simple('hardswish'),
  HardSigmoid: curves.hardSigmoid,
  Sigmoid: curves.sigmoidOf,
  Tanh: curves.tanhOf,
  Erf: curves.erfOf,
  Pow: call => squares(call) ?? curves.powerOf(call) ?? refusePower(call),
  Sqrt: sizes.squareRoot,
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
  ReduceSum: sumOfKeys,
  Pad: pools.pad,
  Flatten: reshape.flatten,
  Reshape: reshape.reshape,
  Squeeze: reshape.squeeze,
  Unsqueeze: reshape.unsqueeze,
  Transpose: reshape.transpose,
  Split: split,
  Expand: expand,
  Mod: sizes.modulo,
  Equal: sizes.equal,
  Where: sizes.where,
  IsNaN: sizes.notANumber,
  Shape: sizes.shape,
  Gather: sizes.gather,
  Concat: sizes.concat,
  Slice: sizes.slice,
  ConstantOfShape: sizes.constantOfShape,
  Constant: sizes.constant,
  QLinearConv: QOPERATORS.QLinearConv as Lower,
  QLinearMatMul: QOPERATORS.QLinearMatMul as Lower,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
}

const refusePower = (call: Call): never => {
  throw unsupported(call.node, 'another power', 'the square of a LayerNormalization, or the cube of GELU')
}

/** Of the domain com.microsoft. */
const MICROSOFT: Readonly<Record<string, Lower>> = {
  ...QOPERATORS,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
}

/** Throws ERR_UNSUPPORTED_OP, by name, with what comes closest. */
export function lower(call: Call): Value | Value[] {
  const { opType, domain } = call.node
  const standard = domain === '' || domain === 'ai.onnx'
  const table = standard ? LOWERINGS : domain === 'com.microsoft' ? MICROSOFT : {}
  const known = Object.hasOwn(table, opType) ? table[opType] : undefined
  if (known) return worksOnCodes(call) ? onCodes(call, known) : known(call)
  const found = `op "${standard ? '' : `${domain.slice(0, 100)}.`}${opType.slice(0, 100)}"`
  const { nearest, remedy } = nearestOp(opType, Object.keys(LOWERINGS))
  throw unsupported(call.node, found, nearest, remedy)
}
