// One device against the CPU: how far results are apart, and what the device takes.
import { purify, quantize } from '../../dist/index.js'
import { floats } from './floats.mjs'
import { figure } from './pairs.mjs'

const CHECKED = 64 // images whose logits are compared

/**
 * Rows of relative differences ‖device − cpu‖ / ‖cpu‖. Floats differ in their last bits from device to device. Where they
 * are rounded to 4 bits, a few values fall on the other side and carry on, so quantized models are compared by how well
 * they do: the share of images that both give to one class, and the losses of the units.
 */
export async function parityRows({ model, dataset, device }) {
  const logits = await onBoth(device, settings => logitsOf(model, dataset, settings))
  const plain = await onBoth(device, settings => quantize(model, dataset, settings))
  const purified = await onBoth(device, settings => purify(model, dataset, settings))
  const agreement = async ({ cpu, other }) => {
    const both = [await logitsOf(cpu, dataset, {}), await logitsOf(other, dataset, {})]
    return agree(...both.map(values => classes(values, model.outputs)))
  }
  const losses = Object.values(purified).map(({ report }) => report.units.map(unit => unit.lossAfter))
  return [
    // A convolution may be computed in TF32, which has 10 bits of mantissa.
    row('forward: relative difference of the logits', apart(logits.cpu, logits.other), 5e-3),
    {
      ...row('quantize: images given to the same class', await agreement(plain), 95, '%'),
      higherIsBetter: true,
    },
    {
      ...row('purify: images given to the same class', await agreement(purified), 95, '%'),
      higherIsBetter: true,
    },
    row('purify: relative difference of the losses of the units', apart(...losses), 0.1),
  ]
}

/** Rows of seconds on the device over seconds on the CPU; no target: it depends on the two. */
export async function timeRows({ model, dataset, device, pairs, quick }) {
  const adam = { solver: 'adam-official', iterations: quick ? 5 : 50, calibration: 64, pda: false }
  const works = {
    forward: settings => logitsOf(model, dataset, settings, dataset.count),
    purify: settings => purify(model, dataset, settings),
    [`adam-official, ${adam.iterations} iterations a unit`]: settings =>
      purify(model, dataset, { ...adam, ...settings }),
  }
  const rows = []
  for (const [name, work] of Object.entries(works)) {
    const sides = { ours: () => work({ device }), baseline: () => work({ device: 'cpu' }) }
    const found = await pairs({ ...sides, rounds: quick ? 1 : 3 })
    rows.push({ case: `${name}: seconds on ${device} over the CPU`, value: found.ratio, unit: '×', ...found })
  }
  return rows
}

const onBoth = async (device, work) => ({ cpu: await work({ device: 'cpu' }), other: await work({ device }) })

const row = (name, value, target, unit = '') => ({ case: name, value: figure(value), unit, target })

async function logitsOf(model, dataset, settings, count = CHECKED) {
  const { data, shape } = floats(dataset.take(count), model)
  return (await model.forward(data, shape, settings)).data
}

/** ‖b − a‖ / ‖a‖ */
export function apart(a, b) {
  let [difference, size] = [0, 0]
  for (let at = 0; at < a.length; at++) {
    difference += (b[at] - a[at]) ** 2
    size += a[at] ** 2
  }
  return Math.sqrt(difference / size)
}

/** The index of the greatest logit of each image. */
export function classes(logits, outputs) {
  return Array.from({ length: logits.length / outputs }, (_, image) => {
    const own = logits.subarray(image * outputs, (image + 1) * outputs)
    return own.indexOf(own.reduce((most, value) => Math.max(most, value)))
  })
}

const agree = (a, b) => (100 * a.filter((value, at) => value === b[at]).length) / a.length
