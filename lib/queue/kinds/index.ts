import type { Kind, Work } from './work.js'

/** Loaded when they are asked for: a job's process runs one of them. */
export const KINDS: Record<Work['kind'], () => Promise<Kind>> = {
  purify: async () => (await import('./purify.js')).purifyKind,
  measure: async () => (await import('./measure.js')).measureKind,
  audit: async () => (await import('./audit.js')).auditKind,
  cell: async () => (await import('./cell.js')).cellKind,
}
