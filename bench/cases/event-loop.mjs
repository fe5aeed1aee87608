// How long the event loop is kept waiting while a model is purified: the 99th percentile of its delay.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { purify } from '../../dist/index.js'
import { images } from '../lib/images.mjs'
import { figure } from '../lib/pairs.mjs'
import { settledModel, widthOf } from '../lib/subject.mjs'

const RESOLUTION = 1 // ms; what the timer itself takes is in the figure

export default async function eventLoop({ threads, quick, cifar10 }) {
  const width = widthOf(quick)
  const dataset = await images(256, cifar10)
  const model = await settledModel('resnet18', { width }, dataset, threads)
  const purifying = await delayWhile(() => purify(model, dataset, { threads, onProgress: () => {} }))
  const waiting = await delayWhile(() => new Promise(resolve => setTimeout(resolve, 2000)))
  const about = `ResNet-18, width ${width}, ${dataset.count} images; longest delay ${purifying.longest} ms`
  return [
    {
      case: 'event-loop delay while purifying, 99th percentile',
      value: purifying.p99,
      unit: 'ms',
      target: 10,
      about: `${about}; of an idle loop: ${waiting.p99} ms`,
    },
  ]
}

async function delayWhile(work) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  delays.enable()
  await work()
  delays.disable()
  return { p99: figure(delays.percentile(99) / 1e6), longest: figure(delays.max / 1e6) }
}
