// Purification by the closed form, W4A4 with PDA and otherwise as it comes: a ResNet-18 for CIFAR-10 and 1,024 images.
// How long, over a forward pass of the same images (ours, and PyTorch's), over the official recipe, and how much memory.
import { createModel } from '../../dist/index.js'
import { columnBudget } from '../lib/budget.mjs'
import { images } from '../lib/images.mjs'
import { figure, median, spread } from '../lib/pairs.mjs'
import { recipeSeconds } from '../lib/recipe.mjs'
import { purifier, settledModel, widthOf, withSaved } from '../lib/subject.mjs'

const OPTIONS = { weightBits: 4, activationBits: 4, solver: 'closed-form', pda: true }
const BATCH = 64

export default async function purify(context) {
  const { threads, quick, cifar10 } = context
  const width = widthOf(quick)
  const dataset = await images(256, cifar10)
  const model = await settledModel('resnet18', { width }, dataset, threads)
  const count = quick ? 256 : 1024
  const about = `ResNet-18, width ${width}, W4A4, ${count} images of ${dataset.name}`
  const rows = await withSaved(model, async path => {
    const load = { path, count, cifar10 }
    const measured = await inTurn(load, { ...context, width })
    return [
      ...timeRows(measured),
      await memoryRow(model, load, measured.peak),
      await recipeRow(measured.own.ours, { ...context, width }),
    ]
  })
  return rows.map(row => ({ ...row, about: row.about ? `${about}; ${row.about}` : about }))
}

/** Purify and forward in turn, each in a process of its own; `peak` is of the one that purifies. */
async function inTurn(load, { python, pairs, threads, quick, width }) {
  const [purifying, running] = [purifier(), purifier()]
  for (const one of [purifying, running]) await one.ask({ do: 'load', ...load })
  const eager = python.open('bench/python/eager_forward.py', { threads })
  let peak
  const ours = async () => {
    const answer = await purifying.ask({ do: 'purify', ...OPTIONS, threads })
    peak = answer.peak
    return answer.seconds
  }
  const forward = async () => (await running.ask({ do: 'forward', threads })).seconds
  const theirs = async () => (await eager.ask({ width, threads, images: load.count, batch: BATCH })).seconds
  const turns = { rounds: quick ? 3 : 1, warmUp: 0 }
  const own = await pairs({ ours, baseline: forward, ...turns })
  const other = eager && (await pairs({ ours, baseline: theirs, ...turns }))
  for (const one of [purifying, running, eager]) await one?.close()
  return { own, other, peak }
}

function timeRows({ own, other }) {
  const overEager = 'purify over a forward pass of PyTorch eager'
  return [
    {
      case: 'purify over a forward pass of the same images',
      value: own.ratio,
      unit: '×',
      target: 10,
      ...own,
    },
    { case: 'purify', value: own.ours, unit: 's', target: 180 },
    other
      ? { case: overEager, value: other.ratio, unit: '×', ...other }
      : { case: overEager, skipped: 'no PyTorch' },
  ]
}

/** All that purifying takes: of the process that did, less that of one that loaded nothing but a tiny model. */
async function memoryRow(model, load, peak) {
  const tiny = await createModel('resnet18', { width: 1 })
  const bare = await withSaved(tiny, path => peakOfLoading({ ...load, path }))
  const loaded = await peakOfLoading(load)
  const budget = await columnBudget(model)
  const megabytes = bytes => Math.round(bytes / 1e6)
  const ratio = figure((peak - bare) / budget.bytes)
  return {
    case: "memory while purifying over the model and one unit's column budget",
    value: ratio,
    unit: '×',
    target: 2,
    ours: megabytes(peak - bare),
    baseline: megabytes(budget.bytes),
    ratio,
    about: `MB; ${budget.words}; over a process that loaded the model alone: ${megabytes(peak - loaded)} MB`,
  }
}

async function peakOfLoading(load) {
  const process = purifier()
  const { peak } = await process.ask({ do: 'load', ...load })
  await process.close()
  return peak
}

async function recipeRow(ours, context) {
  const name = 'official recipe in PyTorch over purify'
  const recipe = await recipeSeconds(context)
  if (recipe === undefined) return { case: name, skipped: 'no PyTorch' }
  const ratios = recipe.times.map(seconds => seconds / ours)
  const ratio = figure(median(ratios))
  const facts = {
    ours,
    baseline: figure(median(recipe.times)),
    ratio,
    spread: spread(ratios),
    about: recipe.words,
  }
  return { case: name, value: ratio, unit: '×', target: 500, higherIsBetter: true, ...facts }
}
