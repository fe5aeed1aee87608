import { aborted } from './native/job.js'

/** To be called often in a long loop on the main thread: now and then gives the event loop a turn. */
export type Pace = () => Promise<void> | undefined

const TURN_EVERY_MS = 8

/** The pace throws ERR_ABORTED once the signal stops it. */
export function paceOf(signal?: AbortSignal | undefined): Pace {
  let last = performance.now()
  return () => {
    if (signal?.aborted) throw aborted(signal)
    if (performance.now() - last < TURN_EVERY_MS) return undefined
    return new Promise(resolve => {
      setImmediate(() => {
        last = performance.now()
        resolve()
      })
    })
  }
}
