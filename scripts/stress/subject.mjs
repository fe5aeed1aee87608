// What the stress runs work on: the demo model, some digits, and how both are purified.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { getPriority, loadavg } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Dataset, loadModel, purify } from '../../dist/index.js'
import { root } from '../setup/root.mjs'

export const MODEL = 'examples/models/mnist-qu-anti-zation.safetensors'
export const about = settings => `${MODEL}, W4A4, ${JSON.stringify(settings)}`

export const demoModel = () => loadModel(join(root, MODEL))

/** Read in a thread of its own: of the JSON in which they come, a hundred megabytes would stay in this one's heap. */
export async function digits(limit = 32) {
  const worker = new Worker(new URL('digits.mjs', import.meta.url), { workerData: limit })
  const [content] = await once(worker, 'message')
  await worker.terminate()
  return new Dataset(content)
}

/** Little work a job, so that a stress run has many; every unit is still calibrated, moved and solved. */
export const SETTINGS = {
  weightBits: 4,
  activationBits: 4,
  calibration: 32,
  columns: 64,
  pdaSteps: 1,
  threads: 1,
}
export const purifyOnce = (model, images, options = {}) => purify(model, images, { ...SETTINGS, ...options })

/** The tensors of a model, as one text that is the same only for the same bits. */
export async function bitsOf(model) {
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  const { spec } = await model.content()
  for (const name of Object.keys(spec.tensors).sort()) hash.update(name).update(spec.tensors[name].data)
  for (const name of Object.keys(spec.quantization?.weights ?? {}).sort()) {
    const { codes, quantizer } = spec.quantization.weights[name]
    hash.update(name).update(codes.data).update(JSON.stringify(quantizer))
  }
  return hash.update(JSON.stringify(spec.quantization?.activations ?? {})).digest('hex')
}

/** Resident memory of this process in MiB, of all its threads and libraries. */
export function residentMegabytes() {
  const [, pages] = readFileSync('/proc/self/statm', 'utf8').split(' ')
  return Number(pages) / 256
}

/** What else the machine had to do, for figures that a clock made. */
export const circumstances = note => ({ load: rounded(loadavg()[0]), priority: getPriority(), note })

export const rounded = (value, digits = 1) => Number(value.toFixed(digits))
