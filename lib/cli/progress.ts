// Progress on stderr: a bar on a terminal, now and then a line elsewhere.
import { done, type Progress } from '../native/progress.js'

export interface Reporter {
  onProgress: (progress: Progress) => void
  stop(): void
}

export const SILENT: Reporter = { onProgress: () => {}, stop: () => {} }

const LINE_EVERY_SECONDS = 10

export async function reporter(stream: NodeJS.WriteStream): Promise<Reporter> {
  return stream.isTTY ? bar(stream) : lines(stream)
}

async function bar(stream: NodeJS.WriteStream): Promise<Reporter> {
  const { default: cliProgress } = await import('cli-progress')
  const shown = new cliProgress.SingleBar({
    format: '{stage} [{bar}] {percentage}% {detail}',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
  })
  let running = false
  return {
    onProgress: progress => {
      const payload = { stage: progress.stage, detail: detail(progress) }
      if (running) shown.update(Math.round(100 * done(progress)), payload)
      else shown.start(100, Math.round(100 * done(progress)), payload)
      running = true
    },
    stop: () => {
      if (running) shown.stop()
    },
  }
}

function lines(stream: NodeJS.WriteStream): Reporter {
  let stage = ''
  let last = performance.now()
  return {
    onProgress: progress => {
      const now = performance.now()
      const due = now - last >= LINE_EVERY_SECONDS * 1000
      if (progress.stage === stage && !due) return
      stage = progress.stage
      last = now
      stream.write(`${stage} ${Math.round(100 * done(progress))}% ${detail(progress)}\n`)
    },
    stop: () => {},
  }
}

/** "layer1.0.conv1 3/21 loss 0.0123 12 s left" */
export function detail({ name, unit, units, loss, etaSeconds }: Progress): string {
  const parts = [name, units > 0 ? `${unit}/${units}` : '']
  if (loss !== null) parts.push(`loss ${loss.toPrecision(3)}`)
  if (etaSeconds !== null) parts.push(`${Math.ceil(etaSeconds)} s left`)
  return parts.filter(part => part !== '').join(' ')
}
