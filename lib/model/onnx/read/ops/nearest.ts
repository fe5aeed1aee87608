// What comes closest to an op that Shellac does not read.

const QDQ = 'quantize it again with quant_format=QuantFormat.QDQ'

/** Where the spelling does not say it. */
const KIN: Readonly<Record<string, string>> = {
  InstanceNormalization: 'BatchNormalization',
  GroupNormalization: 'BatchNormalization',
  LRN: 'BatchNormalization',
  LeakyRelu: 'Relu',
  PRelu: 'Relu',
  Elu: 'Relu',
  Selu: 'Relu',
  Sigmoid: 'HardSigmoid and Mul (HardSwish)',
  Swish: 'HardSwish',
  Mish: 'HardSwish',
  Tanh: 'Clip',
  GlobalMaxPool: 'GlobalAveragePool',
  ReduceMax: 'ReduceMean',
  ConvTranspose: 'Conv',
  Resize: 'AveragePool',
  Einsum: 'MatMul',
}

export function nearestOp(op: string, known: readonly string[]): { nearest: string; remedy?: string } {
  if (/^QLinear|Integer$|^DynamicQuantize/.test(op)) {
    return { nearest: 'QuantizeLinear and DequantizeLinear around float ops (QDQ)', remedy: QDQ }
  }
  const nearest =
    (Object.hasOwn(KIN, op) ? KIN[op] : undefined) ??
    [...known].sort((one, other) => distance(op, one) - distance(op, other))[0] ??
    ''
  return { nearest: `the nearest that Shellac reads, ${nearest}, or another of ${known.join(', ')}` }
}

/** Levenshtein's. */
function distance(one: string, other: string): number {
  const [a, b] = [one.slice(0, 40), other]
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
