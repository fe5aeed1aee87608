// A program of its own: `node probe.js cpu|cuda` tries a device and prints one JSON object. `doctor` starts it in a
// child process, since a libtorch or a driver that does not fit the machine can end the process that tries it.
import { ShellacError } from '../errors.js'
import { load } from './load.js'

export interface Probe {
  device: string
  works: boolean
  /** Why it does not work. */
  why?: string
}

async function probe(device: string): Promise<Probe> {
  const { native, cudaTrouble } = await load('trust')
  if (device !== 'cpu' && cudaTrouble !== undefined) return { device, works: false, why: cudaTrouble }
  await native.probeDevice(device).promise
  return { device, works: true }
}

function whyOf(error: unknown): string {
  const { message, complaint } = error as ShellacError
  return error instanceof ShellacError ? message : (complaint?.found ?? message)
}

const device = process.argv[2] ?? 'cpu'
const result = await probe(device).catch(
  (error: unknown): Probe => ({ device, works: false, why: whyOf(error) }),
)
process.stdout.write(`${JSON.stringify(result)}\n`)
