import type { InferenceSession } from 'onnxruntime-node'
import { ShellacError } from '../errors.js'
import type { Logits, Runner } from './runner.js'

type Engine = typeof import('onnxruntime-node')

/** Options of onnxRunner(). */
export interface OnnxRunnerOptions {
  /** Of one operation; 0: onnxruntime's default. */
  threads?: number
}

/**
 * An ONNX file run by onnxruntime, on the CPU. Its first input takes the images, its first output gives the logits.
 *
 * Unlike loadModel(), onnxruntime reads the file itself: take files that you trust.
 *
 * @throws ERR_BAD_OPTION where the package onnxruntime-node is not installed; ERR_BAD_MODEL for what onnxruntime refuses
 */
export async function onnxRunner(path: string, { threads = 0 }: OnnxRunnerOptions = {}): Promise<Runner> {
  const ort = await engine()
  const session = await loaded(ort, path, threads)
  const [input, output] = [session.inputMetadata[0], session.outputNames[0]]
  if (!input?.isTensor || input.type !== 'float32' || input.shape.length !== 4 || output === undefined) {
    throw refused(path, 'another input', 'an ONNX classifier of float images, [n, channels, height, width]')
  }
  const [count, ...image] = input.shape
  const forward = async (data: Float32Array, shape: readonly number[]): Promise<Logits> => {
    const results = await session.run({ [input.name]: new ort.Tensor('float32', data, shape) })
    const logits = results[output]
    if (!logits || !(logits.data instanceof Float32Array))
      throw refused(path, 'another output', 'float logits')
    return { data: logits.data, shape: logits.dims }
  }
  return {
    name: path,
    engine: `onnxruntime ${ort.env.versions.node ?? ''}`.trimEnd(),
    inputShape: image.every(size => typeof size === 'number') ? (image as number[]) : null,
    normalization: null,
    model: null,
    run: (data, shape) =>
      said(path, typeof count === 'number' ? inBatches(forward, count, data, shape) : forward(data, shape)),
  }
}

/** For a file whose batch size is fixed: as many runs as it takes, the last one filled up with zeros. */
async function inBatches(
  forward: Runner['run'],
  count: number,
  data: Float32Array,
  [images = 0, ...image]: readonly number[],
): Promise<Logits> {
  const size = image.reduce((product, length) => product * length, 1)
  const rows: Float32Array[] = []
  let classes = 0
  for (let start = 0; start < images; start += count) {
    const batch = new Float32Array(count * size)
    batch.set(data.subarray(start * size, (start + count) * size))
    const logits = await forward(batch, [count, ...image])
    classes = logits.data.length / count
    rows.push(logits.data.subarray(0, Math.min(count, images - start) * classes))
  }
  const all = new Float32Array(images * classes)
  rows.forEach((row, at) => {
    all.set(row, at * count * classes)
  })
  return { data: all, shape: [images, classes] }
}

async function engine(): Promise<Engine> {
  try {
    return await import('onnxruntime-node')
  } catch (error) {
    throw new ShellacError(
      'ERR_BAD_OPTION',
      {
        thing: 'an ONNX model to run',
        found: `onnxruntime-node cannot be loaded (${(error as Error).message.split('\n')[0]})`,
        expected: 'the package, which is not one of the dependencies of shellac-torch',
        remedy: 'install it: npm install onnxruntime-node',
      },
      { cause: error },
    )
  }
}

const loaded = (ort: Engine, path: string, threads: number): Promise<InferenceSession> =>
  said(
    path,
    ort.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
      ...(threads > 0 && { intraOpNumThreads: threads }),
    }),
  )

/** onnxruntime's complaints as ours. */
async function said<T>(path: string, running: Promise<T>): Promise<T> {
  try {
    return await running
  } catch (error) {
    if (error instanceof ShellacError) throw error
    throw refused(path, `onnxruntime says: ${(error as Error).message}`, 'an ONNX model that it runs')
  }
}

const refused = (path: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', { thing: path, found, expected })
