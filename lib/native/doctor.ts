import { availableParallelism, freemem, release, totalmem } from 'node:os'
import { type LibtorchCandidate, minorOf, supportedMinors } from '../../scripts/libtorch/find.mjs'
import { installCommand, missingTools } from '../../scripts/setup/tools.mjs'
import { version } from '../version.js'
import { type BuiltAgainst, builtAgainst, builtCores, corePath, loaderPath } from './addons.js'
import { candidates } from './choose.js'
import { remedyFor } from './open.js'
import { type Probe, tryDevice } from './try-device.js'

export interface Problem {
  what: string
  /** What mends it, as an order. */
  remedy: string
}

export interface DoctorReport {
  /** Whether Shellac works here: it does, also slowly or without a GPU, where there are no problems. */
  ok: boolean
  shellac: string
  node: string
  platform: { os: string; architecture: string; kernel: string; libc: string }
  /** Programs that a build needs and that are not there. */
  missingTools: string[]
  /** Every libtorch that was looked at, in order; the first that is `ok` is used. */
  libtorch: LibtorchCandidate[]
  /** The minor versions of libtorch that Shellac's source is written for. */
  libtorchSupported: string[]
  /** `cores`: the minor versions that there is a core for here; `core`: the one for the libtorch that is used. */
  addon: { loader: string | null; cores: string[]; core: string | null; builtAgainst: BuiltAgainst | null }
  devices: Probe[]
  processors: number
  /** Threads that one operation uses by default. */
  threads: number
  /** Bytes. */
  memory: { total: number; free: number; limit: number | null }
  problems: Problem[]
}

/** Looks at everything that Shellac needs from the machine. Works where nothing else does; changes nothing. */
export async function doctor(): Promise<DoctorReport> {
  const libtorch = candidates()
  const found = libtorch.find(({ ok }) => ok)
  const facts = {
    shellac: version,
    node: process.versions.node,
    platform: { os: process.platform, architecture: process.arch, kernel: release(), libc: libc() },
    missingTools: missingTools() as string[],
    libtorch,
    libtorchSupported: supportedMinors,
    addon: addonFacts(found),
    devices: await devices(found),
    processors: availableParallelism(),
    threads: Number(process.env.OMP_NUM_THREADS) || availableParallelism(),
    memory: { total: totalmem(), free: freemem(), limit: memoryLimit() },
  }
  const problems = problemsOf(facts)
  return { ok: problems.length === 0, ...facts, problems }
}

function addonFacts(libtorch: LibtorchCandidate | undefined): DoctorReport['addon'] {
  const minor = libtorch?.version === undefined ? undefined : minorOf(libtorch.version)
  return {
    loader: loaderPath() ?? null,
    cores: builtCores(),
    core: (minor && corePath(minor)) || null,
    builtAgainst: (minor && builtAgainst(minor)) || null,
  }
}

async function devices(libtorch: LibtorchCandidate | undefined): Promise<Probe[]> {
  if (libtorch === undefined) return [{ device: 'cpu', works: false, why: 'there is no libtorch' }]
  const cuda = libtorch.cuda
    ? tryDevice('cuda', libtorch.path)
    : { device: 'cuda', works: false, why: 'this libtorch has no CUDA backend' }
  return [await tryDevice('cpu', libtorch.path), await cuda]
}

type Facts = Omit<DoctorReport, 'ok' | 'problems'>

/** One problem each, the ones first that the others follow from. */
export function problemsOf(facts: Facts): Problem[] {
  return [platformProblem, toolProblem, libtorchProblem, addonProblem, deviceProblem]
    .map(judge => judge(facts))
    .filter(problem => problem !== undefined)
}

function platformProblem({ platform }: Facts): Problem | undefined {
  if (platform.os !== 'linux') {
    return { what: `${platform.os} is not supported yet`, remedy: 'use Linux on x86-64 or arm64' }
  }
  if (!platform.libc.startsWith('glibc')) {
    return {
      what: 'the C library is not glibc; libtorch needs it',
      remedy: 'use a distribution with glibc 2.28 or later',
    }
  }
  return undefined
}

// A tool is missed only by whoever still has to build or to fetch.
function toolProblem({ addon, libtorch, missingTools: missing }: Facts): Problem | undefined {
  const done = [
    ...(addon.cores.length > 0 ? ['g++', 'cmake', 'make', 'npm'] : []),
    ...(libtorch.some(one => one.ok) ? ['python3', 'pip'] : []),
  ]
  const missed = missing.filter(name => !done.includes(name))
  if (missed.length === 0) return undefined
  return {
    what: `${missed.join(', ')} not found`,
    remedy: installCommand(missed as Parameters<typeof installCommand>[0]),
  }
}

function libtorchProblem({ libtorch }: Facts): Problem | undefined {
  if (libtorch.some(({ ok }) => ok)) return undefined
  if (libtorch[0]?.source === 'SHELLAC_LIBTORCH') {
    return {
      what: `SHELLAC_LIBTORCH is ${libtorch[0].path}: ${libtorch[0].why}`,
      remedy: 'unset SHELLAC_LIBTORCH, or point it elsewhere',
    }
  }
  return {
    what: libtorch.length === 0 ? 'no libtorch found' : 'no libtorch that can be used',
    remedy: remedyFor(),
  }
}

function addonProblem({ addon }: Facts): Problem | undefined {
  if (addon.loader && addon.cores.length > 0) return undefined
  return { what: 'the native core is not built', remedy: remedyFor() }
}

function deviceProblem({ addon, libtorch, devices }: Facts): Problem | undefined {
  const cpu = devices.find(({ device }) => device === 'cpu')
  if (cpu?.works || !addon.core || !libtorch.some(({ ok }) => ok)) return undefined
  return {
    what: `the CPU does not work: ${cpu?.why ?? 'it was not tried'}`,
    remedy: 'npx shellac setup, for a libtorch that fits this machine',
  }
}

function libc(): string {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean } // not in the types of Node 20
  report.excludeNetwork = true // its lookups take seconds on some machines
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'unknown'
}

// A container's limit; Node gives a huge number, or 0, where there is none.
function memoryLimit(): number | null {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : null
}
