// What the page has done for a model: upload, purify, measure before and after, audit; each a step that is shown.
import { cancel, follow, statusOf, submit, upload } from './api.mjs'

const ENDED = ['completed', 'failed', 'cancelled']

/** @returns ids of the jobs, in order, and the purified file as { job, output } */
export async function run({ model, images, options, load, audit }, signal, step) {
  const modelFile = await uploaded('Upload the model', model, signal, step)
  const dataFile = images ? await uploaded('Upload the images', images, signal, step) : undefined
  const data = dataFile ? {} : { data: 'mnist' }
  const work = (title, kind, inputs, more = {}) => {
    const all = {
      kind,
      inputs: { ...inputs, ...(dataFile && { data: dataFile }) },
      options: { ...data, ...more },
    }
    return done(title, all, signal, step)
  }
  const purify = await work('Purify', 'purify', { model: modelFile }, { ...load, ...options })
  const purified = { job: purify.id, output: modelIn(purify.outputs) }
  const jobs = [purify.id]
  jobs.push((await work('Measure the original', 'measure', { model: modelFile }, load)).id)
  jobs.push((await work('Measure the purified model', 'measure', { model: purified })).id)
  if (audit) {
    const { weightBits } = options
    const inputs = { model: modelFile, quantized: purified }
    jobs.push((await work('Audit', 'audit', inputs, { ...load, weightBits })).id)
  }
  return { jobs, purified }
}

async function uploaded(title, file, signal, step) {
  const show = step(title)
  const kept = await upload(file, signal, (done, total) => show({ done, total }))
  show({ state: 'completed' })
  return kept
}

async function done(title, job, signal, step) {
  const show = step(title)
  const id = await submit(job)
  const stop = () => void cancel(id).catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    const status = await ended(id, signal, now => show({ state: now.state, ...now.progress }))
    if (status.state === 'completed') return status
    throw new Error(status.error?.message ?? `${title}: ${status.state}`)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** A stream that breaks is opened again; the job goes on meanwhile. */
async function ended(id, signal, onStatus) {
  for (;;) {
    let last = await statusOf(id)
    const heard = status => {
      last = status
      onStatus(status)
    }
    await follow(id, signal, heard).catch(() => signal.throwIfAborted())
    if (ENDED.includes(last.state)) return last
    await new Promise(resolve => setTimeout(resolve, 1000))
    signal.throwIfAborted()
  }
}

function modelIn(outputs) {
  const name = Object.keys(outputs).find(output => /\.(safetensors|onnx)$/.test(output))
  if (name === undefined) throw new Error('the job made no model')
  return name
}
