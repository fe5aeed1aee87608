// How seconds and memory of purification grow with the calibration set, the width and the depth of a model, for
// docs/growth.md: `node bench/growth.mjs [--quick] [--threads N] [--cifar10 DIR] [--only images,width,depth] [--out FILE]`
//
// Each point is a process of its own: seconds are those of purify(), memory the most that the process held less what one
// takes that has loaded a tiny model. Then docs/growth-page.mjs is run, unless the results go elsewhere.
import { parseArgs } from 'node:util'
import { createModel } from '../dist/index.js'
import { drawPage } from '../docs/growth-page.mjs'
import { columnBudget } from './lib/budget.mjs'
import { chain } from './lib/chain.mjs'
import { images } from './lib/images.mjs'
import { figure } from './lib/pairs.mjs'
import { readRows, writeResults } from './lib/results.mjs'
import { purifier, settled, settledModel, withSaved } from './lib/subject.mjs'

const PAGE_RESULTS = 'docs/results/growth.json'
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    cifar10: { type: 'string', default: process.env.SHELLAC_CIFAR10 },
    only: { type: 'string', default: 'images,width,depth' },
    out: { type: 'string', default: PAGE_RESULTS },
  },
})
const { quick, cifar10, out } = values
const threads = Number(values.threads)
const dataset = await images(256, cifar10)
const few = quick ? 64 : 1024

const resnet = width => settledModel('resnet18', { width }, dataset, threads)
const axes = {
  images: {
    about: `ResNet-18, width ${quick ? 8 : 16}`,
    points: quick ? [32, 64] : [256, 512, 1024, 2048, 4096],
    subject: async count => ({ model: await resnet(quick ? 8 : 16), count }),
  },
  width: {
    about: `ResNet-18, ${few} images`,
    points: quick ? [8, 12] : [8, 16, 32, 64],
    subject: async width => ({ model: await resnet(width), count: few }),
  },
  depth: {
    about: `a chain of convolutions of 32 channels on maps of 16 × 16, ${few} images`,
    points: quick ? [2, 4] : [4, 8, 16, 32],
    subject: async depth => ({ model: await settled(await chain(depth), dataset, threads), count: few }),
  },
}

const tiny = await createModel('resnet18', { width: 1 })
const bare = await withSaved(
  tiny,
  async path => (await askOnce([{ do: 'load', path, count: 64, cifar10 }])).peak,
)
const only = values.only.split(',')
const rows = (await readRows(out)).filter(row => !only.includes(row.axis))
for (const axis of only) for (const at of axes[axis].points) rows.push(await point(axis, at))
const command = `node bench/growth.mjs${quick ? ' --quick' : ''}${cifar10 ? ' --cifar10 DIR' : ''}`
await writeResults(out, { command, threads, images: dataset.name, rows })
if (out === PAGE_RESULTS && !quick) await drawPage()

async function point(axis, at) {
  const { model, count } = await axes[axis].subject(at)
  const work = [{ do: 'load', count, cifar10 }, { do: 'purify', calibration: count, threads }] // biome-ignore format: in turn
  const { seconds, peak } = await withSaved(model, path => askOnce([{ ...work[0], path }, work[1]]))
  const { units, parameters } = model.inspect()
  const { bytes } = await columnBudget(model)
  const row = {
    axis,
    at,
    seconds: figure(seconds),
    megabytes: megabytes(peak - bare),
    budget: megabytes(bytes),
    units: units.length,
    parameters,
    about: axes[axis].about,
  }
  process.stderr.write(`${JSON.stringify(row)}\n`)
  return row
}

/** The last answer of a process of its own. */
async function askOnce(questions) {
  const process = purifier()
  let answer
  for (const question of questions) answer = await process.ask(question)
  await process.close()
  return answer
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6)
}
