// Which libtorch is used: the first on this machine that works here and that there is a core for.
import { type LibtorchCandidate, listLibtorch, minorOf } from '../../scripts/libtorch/find.mjs'
import { ShellacError } from '../errors.js'
import { builtCores } from './addons.js'
import { namedLibtorch } from './configure.js'
import { remedyFor } from './open.js'

/** Every libtorch that was looked at, in order; one without a core for it is not ok. */
export function candidates(): LibtorchCandidate[] {
  const cores = builtCores()
  return listLibtorch(namedLibtorch()).map(candidate => judged(candidate, cores))
}

export function judged(candidate: LibtorchCandidate, cores: string[]): LibtorchCandidate {
  if (!candidate.ok || candidate.version === undefined) return candidate
  const minor = minorOf(candidate.version)
  if (cores.includes(minor)) return candidate
  const why = `it is version ${candidate.version}; there is ${cores.length === 0 ? 'no core here' : `a core for ${cores.join(', ')}`}`
  return { ...candidate, ok: false, why }
}

export function choose(): LibtorchCandidate {
  const all = candidates()
  const chosen = all.find(({ ok }) => ok)
  if (chosen !== undefined) return chosen
  throw new ShellacError('ERR_NO_LIBTORCH', {
    thing: 'libtorch',
    found: found(all),
    expected: `version ${builtCores().join(' or ') || 'with a core built for it'}`,
    remedy: remedyFor(),
  })
}

function found(all: LibtorchCandidate[]): string {
  if (all.length === 0) return 'none on this machine'
  return `none that can be used (${all.map(({ path, why }) => `${path}: ${why}`).join('; ')})`
}
