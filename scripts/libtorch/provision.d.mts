import type { LibtorchCandidate } from './find.mjs'

/** Throws a Failure, whose message is one line that says what mends it. */
export function provision(options: {
  torch: string
  variant: 'cpu' | 'cuda'
  from?: string | undefined
  anyHash: boolean
}): Promise<LibtorchCandidate & { fetched: boolean }>
