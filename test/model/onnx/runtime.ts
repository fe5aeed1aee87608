// onnxruntime-node, the other side of every parity test. It is a development dependency: without it the tests that
// need it are skipped and say so.
import type { Model } from '../../../lib/index.js'

type Runtime = typeof import('onnxruntime-node')
const runtime: Runtime | null = await import('onnxruntime-node').then(
  module => ('default' in module ? (module.default as Runtime) : module),
  () => null,
)

/** For a test's options: why it cannot run, or false. */
export const withoutRuntime = runtime ? false : 'onnxruntime-node is not installed'

/** The logits that onnxruntime gives for normalized images. */
export async function runOnnx(
  path: string,
  data: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  if (!runtime) throw new Error('onnxruntime-node is not installed')
  const session = await runtime.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]]
  const results = await session.run({ [input]: new runtime.Tensor('float32', data, shape) })
  await session.release()
  return results[output]?.data as Float32Array
}

export interface Parity {
  /** Share of images that both give to the same class. */
  agreement: number
  /** Largest difference of a logit, over the largest logit. */
  difference: number
}

/** The model against its ONNX file. */
export async function parity(
  model: Model,
  path: string,
  data: Float32Array,
  shape: readonly number[],
): Promise<Parity> {
  const { data: ours } = await model.forward(data, shape, { threads: 1 })
  const theirs = await runOnnx(path, data, shape)
  return compare(ours, theirs, model.outputs)
}

export function compare(ours: Float32Array, theirs: Float32Array, classes: number): Parity {
  const top = (logits: Float32Array, image: number) => {
    const row = logits.subarray(image * classes, (image + 1) * classes)
    return row.indexOf(Math.max(...row))
  }
  const count = ours.length / classes
  let same = 0
  for (let image = 0; image < count; image++) if (top(ours, image) === top(theirs, image)) same++
  const largest = ours.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0)
  const difference = ours.reduce(
    (most, logit, at) => Math.max(most, Math.abs(logit - (theirs[at] ?? Number.NaN))), // NaN wins
    0,
  )
  return { agreement: same / count, difference: difference / largest }
}
