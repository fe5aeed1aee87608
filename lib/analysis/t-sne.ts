import { resolveDevice } from '../device.js'
import { atCall, ShellacError } from '../errors.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'

export const tSneOptions = lazySchema(z =>
  z.strictObject({
    perplexity: z
      .number()
      .min(1)
      .max(1000)
      .default(30)
      .describe('how many neighbours a point has, in effect; less than a third of the points'),
    iterations: z
      .int()
      .min(10)
      .max(100_000)
      .default(1000)
      .describe('descent steps, the first quarter exaggerated'),
    ...jobOptions(z),
  }),
)
/** Options of tSne(). Values and defaults: docs/options.md. */
export type TsneOptions = Input<typeof tSneOptions>

const MOST = 10_000 // n² numbers are held

/**
 * Places points in the plane so that neighbours stay neighbours: t-SNE (van der Maaten and Hinton, 2008), exact.
 *
 * @param points row-major
 * @param shape  [n, d], n at most 10,000
 * @returns places: [x, y] of each point; divergence: KL of the neighbourhoods, nats, the smaller the truer
 * @throws ERR_BAD_OPTION (also for a perplexity that so few points cannot have), ERR_BAD_DATA, ERR_ABORTED, ERR_DEVICE
 * @example const { places } = await tSne(data, shape, { perplexity: 20 })
 */
export function tSne(
  points: Float32Array,
  shape: readonly [number, number],
  options: TsneOptions = {},
): Promise<{ places: [number, number][]; divergence: number }> {
  return atCall(tSne, async () => {
    const { signal, onProgress, ...settings } = await parse('tSne', tSneOptions, options)
    check(points, shape, settings.perplexity)
    const native = await loadNative()
    const job = { ...settings, device: await resolveDevice(settings.device) }
    const { places, divergence } = await runJob(report => native.tSne(points, [...shape], job, report), {
      signal,
      onProgress,
    })
    return {
      places: Array.from({ length: shape[0] }, (_, at) => [places[2 * at] ?? 0, places[2 * at + 1] ?? 0]),
      divergence,
    }
  })
}

function check(points: Float32Array, [n, d]: readonly [number, number], perplexity: number): void {
  if (points.length !== n * d || n > MOST || !points.every(Number.isFinite)) {
    throw new ShellacError('ERR_BAD_DATA', {
      thing: 'points of tSne()',
      found:
        points.length === n * d && n <= MOST ? 'a number that is not finite' : `${points.length} numbers`,
      expected: `finite numbers of shape [${n}, ${d}], at most ${MOST} rows`,
    })
  }
  if (3 * perplexity < n) return
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "perplexity" of tSne()',
    found: String(perplexity),
    expected: `less than a third of the ${n} points`,
  })
}
